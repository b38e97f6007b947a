package io.sluice.pgtask.task;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Sizes, shares, numbers and times as people read them. */
public final class HumanFormat {

  private static final List<String> UNITS = List.of("B", "KB", "MB", "GB", "TB", "PB");

  private HumanFormat() {}

  /** Such as {@code 1.5 GB}; units are powers of 1024. */
  public static String bytes(long bytes) {
    double number = bytes;
    int unit = 0;
    while (Math.abs(number) >= 1024 && unit < UNITS.size() - 1) {
      number /= 1024;
      unit++;
    }
    String digits = unit == 0 || Math.abs(number) >= 100 ? "%.0f" : "%.1f";
    return String.format(Locale.ROOT, digits, number).replace(".0", "") + " " + UNITS.get(unit);
  }

  /** A share from 0 to 1, such as {@code 45 %} or {@code 4.5 %}. */
  public static String percent(double share) {
    double percent = share * 100;
    return (Math.abs(percent) >= 10 || percent == 0 ? "%.0f %%" : "%.1f %%").formatted(percent);
  }

  /** With thousands separators. */
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Such as {@code 2 h 5 min}; at least a second. */
  public static String duration(Duration time) {
    long seconds = Math.max(1, time.toSeconds());
    if (seconds < 120) {
      return seconds + " s";
    }
    long minutes = (seconds + 30) / 60;
    return minutes < 120 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
  }
}
