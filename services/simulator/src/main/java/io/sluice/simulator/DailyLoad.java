package io.sluice.simulator;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** How busy a network is over a day: quiet at four, busy at noon, busiest at eight at night. */
final class DailyLoad {
  private static final double[] BY_HOUR = {
    0.30, 0.18, 0.11, 0.08, 0.07, 0.10, 0.22, 0.42, 0.60, 0.68, 0.71, 0.76,
    0.80, 0.77, 0.73, 0.72, 0.76, 0.84, 0.92, 0.98, 1.00, 0.93, 0.72, 0.48
  };
  private static final double WEEKEND = 0.8;

  private DailyLoad() {}

  /** Share of the busiest hour's load, in (0, 1]. */
  static double at(Instant time, ZoneOffset zone) {
    OffsetDateTime local = time.atOffset(zone);
    double into = local.getMinute() / 60.0;
    double now = BY_HOUR[local.getHour()];
    double next = BY_HOUR[(local.getHour() + 1) % BY_HOUR.length];
    double load = now + (next - now) * into;
    boolean weekend =
        local.getDayOfWeek() == DayOfWeek.SATURDAY || local.getDayOfWeek() == DayOfWeek.SUNDAY;
    return weekend ? load * WEEKEND : load;
  }
}
