package io.sluice.loader;

import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.Segment;
import io.sluice.loader.TargetTable.Layout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All rows of a batch that go into one table with one column list: one COPY. */
record CopyGroup(TargetTable table, List<Column> columns, List<SegmentData> segments) {

  private record Key(int tableId, List<Column> columns) {}

  /** In the fixed order in which every loader takes its tables. */
  static List<CopyGroup> of(List<SegmentData> segments, Prepared prepared) {
    Map<Key, CopyGroup> groups = new HashMap<>();
    for (SegmentData segment : segments) {
      Segment head = segment.head();
      groups
          .computeIfAbsent(
              new Key(head.tableId(), head.columns()),
              k -> new CopyGroup(prepared.table(k.tableId), k.columns, new ArrayList<>()))
          .segments
          .add(segment);
    }
    return groups.values().stream()
        .sorted(
            Comparator.comparing((CopyGroup g) -> g.table.schema())
                .thenComparing(g -> g.table.name())
                .thenComparing(g -> g.columns.size()))
        .toList();
  }

  CopyGroup with(List<SegmentData> some) {
    return new CopyGroup(table, columns, some);
  }

  boolean merges() {
    return !head().keys().isEmpty();
  }

  /** Any segment's head: they agree on all but counts. */
  Segment head() {
    return segments.get(0).head();
  }

  /** Columns that go into the table. */
  List<Column> stored() {
    return columns.stream().filter(c -> !c.name().equals(Segment.PRESENT)).toList();
  }

  /** Whether a column's fields are what the file's counts speak of. */
  boolean isCell(Column column) {
    return table.layout() == Layout.WIDE && table.counters().containsKey(column.name());
  }

  /** Rows and cells as they are: nothing gave way. */
  Counts asLoaded() {
    Counts counts = new Counts();
    for (SegmentData segment : segments) {
      FileCounts file = counts.of(segment.chunk().fileId());
      file.loaded += segment.cells();
      file.rows += segment.rows();
      file.tables.add(table.id());
    }
    return counts;
  }

  Set<Integer> tableIds() {
    return Set.of(table.id());
  }
}
