package io.sluice.core.catalog;

import io.sluice.core.work.Checksum;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;

/**
 * Identifiers from names of the field: lower case, letters, digits and underscores, at most 63
 * bytes (PostgreSQL's NAMEDATALEN − 1). What is cut ends in a hash of the whole; sluice.counter
 * leads back to the original.
 */
public final class Names {

  /** Bytes an identifier may have. */
  public static final int MAX_BYTES = 63;

  /** Columns that tables of counters have beside them; in those of CSV files they are free. */
  static final Set<String> BESIDE_COUNTERS =
      Set.of("end_time", "granularity", "element", "object", "counter", "value", "suspect");

  /** Columns that Sluice or PostgreSQL itself has in every table, and tables of dimensions. */
  private static final Set<String> RESERVED =
      Set.of(
          "_file",
          "_version",
          "_present",
          "tableoid",
          "xmin",
          "cmin",
          "xmax",
          "cmax",
          "ctid",
          "dim_element",
          "dim_object",
          "dim_counter");

  private static final int HASH_CHARS = 8;

  private Names() {}

  /** Normalises without regard to uniqueness; never empty. */
  public static String normalise(String source) {
    StringBuilder name = new StringBuilder(source.length() + 1);
    source.strip().codePoints().forEach(c -> append(name, c));
    if (name.isEmpty()) {
      name.append('_');
    }
    if (Character.isDigit(name.codePointAt(0))) {
      name.insert(0, '_');
    }
    return withSuffix(name.toString(), "", source);
  }

  private static void append(StringBuilder name, int codePoint) {
    if (Character.isLetterOrDigit(codePoint)) {
      name.append(Character.toString(codePoint).toLowerCase(Locale.ROOT));
    } else if (name.isEmpty() || name.charAt(name.length() - 1) != '_' || codePoint == '_') {
      name.append('_');
    }
  }

  /** Adds a suffix, cutting the name so that both fit. */
  public static String withSuffix(String name, String suffix) {
    return withSuffix(name, suffix, name);
  }

  private static String withSuffix(String name, String suffix, String hashed) {
    if (bytes(name) + bytes(suffix) <= MAX_BYTES) {
      return name + suffix;
    }
    String end = "_" + hash(hashed) + suffix;
    return cut(name, MAX_BYTES - bytes(end)) + end;
  }

  /** A name that is not taken: the normalised one, or that with a hash of the source. */
  static String unique(String source, String suffix, Set<String> taken) {
    String plain = normalise(source);
    String name = withSuffix(plain, suffix, source);
    if (!taken.contains(name) && !RESERVED.contains(name)) {
      return name;
    }
    return withSuffix(
        cut(plain, MAX_BYTES - bytes(suffix) - HASH_CHARS - 1) + "_" + hash(source),
        suffix,
        source);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String cut(String text, int maxBytes) {
    int end = text.length();
    while (bytes(text.substring(0, end)) > maxBytes) {
      end = text.offsetByCodePoints(end, -1);
    }
    return text.substring(0, end);
  }

  private static String hash(String source) {
    byte[] hash = Checksum.digest().digest(source.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash, 0, HASH_CHARS / 2);
  }
}
