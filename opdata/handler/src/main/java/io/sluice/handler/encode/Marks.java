package io.sluice.handler.encode;

import io.sluice.core.catalog.BatchIds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The buckets a segment's rows change (D10): hours, (start, end], in UTC, by slice of elements. */
final class Marks {

  private static final int SLICES = 16;
  private static final long HOUR = 3_600_000_000L;

  /** Hours above, slices below; or the stand-in of an element that has no number yet. */
  private final Set<Long> seen = new HashSet<>();

  private long last = Long.MIN_VALUE;

  /**
   * A row changed.
   *
   * @param micros its time, since 1970
   * @param element its element's id or stand-in; 0 for rows without one
   */
  void add(long micros, int element) {
    long hour = Math.floorDiv(micros - 1, HOUR);
    int slice = element < 0 ? element : element & (SLICES - 1);
    long mark = hour << 32 | (slice & 0xFFFF_FFFFL);
    if (mark != last) {
      last = mark;
      seen.add(mark);
    }
  }

  /** Pairs of bucket start (microseconds since 1970) and slice. */
  List<long[]> list(BatchIds ids) {
    Set<Long> distinct = new HashSet<>();
    List<long[]> list = new ArrayList<>(seen.size());
    for (long mark : seen) {
      long slice = ids.id((int) mark) & (SLICES - 1);
      long hour = mark >> 32;
      if (distinct.add(hour * SLICES + slice)) {
        list.add(new long[] {hour * HOUR, slice});
      }
    }
    return list;
  }

  void clear() {
    seen.clear();
    last = Long.MIN_VALUE;
  }
}
