package io.sluice.handler.encode;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The buckets a segment's rows change (D10): hours, (start, end], in UTC, by slice of elements. */
final class Marks {

  private static final int SLICES = 16;
  private static final long HOUR = 3_600_000_000L;

  private final Set<Long> seen = new HashSet<>();
  private long last = Long.MIN_VALUE;

  /**
   * A row changed.
   *
   * @param micros its time, since 1970
   * @param element its element's id; 0 for rows without one
   */
  void add(long micros, int element) {
    long hour = Math.floorDiv(micros - 1, HOUR);
    long mark = hour * SLICES + (element & (SLICES - 1));
    if (mark != last) {
      last = mark;
      seen.add(mark);
    }
  }

  /** Pairs of bucket start (microseconds since 1970) and slice. */
  List<long[]> list() {
    List<long[]> list = new ArrayList<>(seen.size());
    for (long mark : seen) {
      list.add(new long[] {Math.floorDiv(mark, (long) SLICES) * HOUR, Math.floorMod(mark, SLICES)});
    }
    return list;
  }

  void clear() {
    seen.clear();
    last = Long.MIN_VALUE;
  }
}
