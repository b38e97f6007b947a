package io.sluice.core.yaml;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes. Units are powers of 1024: {@code 512B}, {@code 64KB}, {@code 20MB}, {@code
 * 4GB}, {@code 1TB}; a plain number counts bytes.
 *
 * @param bytes not negative
 */
public record DataSize(long bytes) implements Comparable<DataSize> {

  private static final String UNITS = "BKMGT";
  private static final Pattern TEXT =
      Pattern.compile("\\s*([0-9]{1,18})\\s*([KMGT]?)I?B?\\s*", Pattern.CASE_INSENSITIVE);

  public DataSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a size cannot be negative: " + bytes);
    }
  }

  /** Reads the text form; empty if the text is something else or beyond 8 EB. */
  public static Optional<DataSize> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String unit = matcher.group(2).toUpperCase(Locale.ROOT);
    int shift = unit.isEmpty() ? 0 : 10 * UNITS.indexOf(unit);
    long number = Long.parseLong(matcher.group(1));
    return number > Long.MAX_VALUE >> shift
        ? Optional.empty()
        : Optional.of(new DataSize(number << shift));
  }

  @Override
  public int compareTo(DataSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** The shortest exact text form. */
  @Override
  public String toString() {
    int unit = 0;
    long number = bytes;
    while (number != 0 && number % 1024 == 0 && unit < UNITS.length() - 1) {
      number /= 1024;
      unit++;
    }
    return number + (unit == 0 ? "B" : UNITS.charAt(unit) + "B");
  }
}
