package io.sluice.pgtask.task;

import java.util.List;
import java.util.Locale;

/** Sizes for people. */
public final class Sizes {

  private static final List<String> UNITS = List.of("B", "KB", "MB", "GB", "TB", "PB");

  private Sizes() {}

  /** Such as {@code 1.5 GB}; units are powers of 1024. */
  public static String words(long bytes) {
    double number = bytes;
    int unit = 0;
    while (Math.abs(number) >= 1024 && unit < UNITS.size() - 1) {
      number /= 1024;
      unit++;
    }
    String digits = unit == 0 || Math.abs(number) >= 100 ? "%.0f" : "%.1f";
    return String.format(Locale.ROOT, digits, number).replace(".0", "") + " " + UNITS.get(unit);
  }
}
