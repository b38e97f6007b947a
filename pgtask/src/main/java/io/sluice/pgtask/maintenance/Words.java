package io.sluice.pgtask.maintenance;

import java.time.Duration;
import java.util.Locale;

/** Numbers as people read them. */
final class Words {

  private Words() {}

  static String percent(double share) {
    double percent = share * 100;
    return (Math.abs(percent) >= 10 || percent == 0 ? "%.0f %%" : "%.1f %%").formatted(percent);
  }

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Such as {@code 2 h 5 min}; at least a second. */
  static String time(Duration time) {
    long seconds = Math.max(1, time.toSeconds());
    if (seconds < 120) {
      return seconds + " s";
    }
    long minutes = (seconds + 30) / 60;
    return minutes < 120 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
  }
}
