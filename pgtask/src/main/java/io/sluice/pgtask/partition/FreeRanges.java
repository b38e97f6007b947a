package io.sluice.pgtask.partition;

import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.PartitionedTable;
import java.util.ArrayList;
import java.util.List;

/**
 * What no partition covers, cut into periods. A period that neighbours of another width cover in
 * part is clipped to what they leave.
 */
final class FreeRanges {

  private final PartitionedTable table;
  private final Periods periods;

  FreeRanges(PartitionedTable table, Periods periods) {
    this.table = table;
    this.periods = periods;
  }

  private record Range(long from, long to) {}

  private List<Range> free(long low, long high) {
    List<Range> free = new ArrayList<>();
    long reached = low;
    for (Partition partition : table.partitions()) {
      Bounds bounds = partition.bounds();
      if (bounds.from() > reached && reached < high) {
        free.add(new Range(reached, Math.min(bounds.from(), high)));
      }
      reached = Math.max(reached, bounds.to());
    }
    if (reached < high) {
      free.add(new Range(reached, high));
    }
    return free;
  }

  /** At most so many, oldest first. */
  List<Bounds> ascending(long low, long high, int most) {
    List<Bounds> cut = new ArrayList<>();
    for (Range range : free(low, high)) {
      for (long from = range.from; from < range.to && cut.size() < most; ) {
        long to = Math.min(periods.next(periods.startOf(from)), range.to);
        cut.add(periods.bounds(from, to));
        from = to;
      }
    }
    return cut;
  }

  /** At most so many, newest first. */
  List<Bounds> descending(long low, long high, int most) {
    List<Bounds> cut = new ArrayList<>();
    List<Range> free = free(low, high);
    for (int i = free.size() - 1; i >= 0; i--) {
      Range range = free.get(i);
      for (long to = range.to; to > range.from && cut.size() < most; ) {
        long from = Math.max(periods.startOf(to - 1), range.from);
        cut.add(periods.bounds(from, to));
        to = from;
      }
    }
    return cut;
  }
}
