package io.sluice.pgtask.export;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Where an export lies below its place: {@code <schema>.<parent>/<partition>-<oid>.json} and {@code
 * .0001.gz}, ….
 *
 * <p>Letters, digits, {@code _} and {@code -} of names stay, every other byte becomes {@code =} and
 * two hexadecimal digits. The oid keeps apart what had the same name in turn.
 */
final class ExportKeys {

  private static final String PLAIN =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  private static final Pattern FILE = Pattern.compile("[A-Za-z0-9_=-][A-Za-z0-9_.=-]*");

  private ExportKeys() {}

  /** Without a suffix. */
  static String base(String schema, String parent, String partition, long oid) {
    return "%s.%s/%s-%d".formatted(safe(schema), safe(parent), safe(partition), oid);
  }

  static String part(String base, int number) {
    return "%s.%04d.gz".formatted(base, number);
  }

  static String fileName(String key) {
    return key.substring(key.lastIndexOf('/') + 1);
  }

  static boolean isFileName(String text) {
    return FILE.matcher(text).matches();
  }

  private static String safe(String name) {
    StringBuilder safe = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain = PLAIN.indexOf(c) >= 0;
      safe.append(plain ? String.valueOf(c) : "=%02X".formatted((int) c));
    }
    return safe.toString();
  }
}
