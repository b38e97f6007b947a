package io.sluice.pgtask.partition;

import java.util.Locale;

/** Sizes for people. */
final class Bytes {

  private static final String UNITS = "KMGTPE";

  private Bytes() {}

  /** Such as {@code 1.2 GB}, in powers of 1024. */
  static String say(long bytes) {
    if (bytes < 1024) {
      return bytes + " bytes";
    }
    double number = bytes;
    int unit = -1;
    while (number >= 1024 && unit < UNITS.length() - 1) {
      number /= 1024;
      unit++;
    }
    return "%.1f %sB".formatted(number, UNITS.charAt(unit)).toUpperCase(Locale.ROOT);
  }
}
