package io.sluice.pgtask.copyswap;

import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.partition.Periods;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The periods that rows of a table lie in.
 *
 * @param from start of the first
 * @param to end of the last
 * @param whole whether all rows with a finite value lie in it; else there were too many periods,
 *     and these are the ones up to now
 */
record PeriodRange(long from, long to, boolean whole) {

  /** Partitions made beyond now, as rotation has them by default. */
  static final int AHEAD = 4;

  static PeriodRange of(Periods periods, long first, long last, Instant now, int most) {
    long from = periods.startOf(first);
    long to = from;
    for (int n = 0; n < most && to <= last; n++) {
      to = periods.next(to);
    }
    if (to > last) {
      return new PeriodRange(from, to, true);
    }
    return periods.isTime() ? upToNow(periods, now, most) : new PeriodRange(from, to, false);
  }

  private static PeriodRange upToNow(Periods periods, Instant now, int most) {
    long from = periods.startOf(periods.value(now));
    long to = from;
    int n = 0;
    for (; n < Math.min(AHEAD + 1, most); n++) {
      to = periods.next(to);
    }
    for (; n < most; n++) {
      from = periods.previous(from);
    }
    return new PeriodRange(from, to, false);
  }

  /** All its periods, and those of now and a little beyond. */
  List<Bounds> partitions(Periods periods, Instant now) {
    List<Bounds> partitions = new ArrayList<>();
    for (long start = from; start < to; start = periods.next(start)) {
      partitions.add(periods.periodOf(start));
    }
    if (periods.isTime()) {
      long start = periods.startOf(periods.value(now));
      for (int n = 0; n <= AHEAD; n++, start = periods.next(start)) {
        if (start < from || start >= to) {
          partitions.add(periods.periodOf(start));
        }
      }
    }
    return partitions;
  }
}
