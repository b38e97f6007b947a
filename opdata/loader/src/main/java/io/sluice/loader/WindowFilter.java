package io.sluice.loader;

import io.sluice.core.catalog.TimePartitions;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.PgType;
import io.sluice.core.chunk.Segment;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Takes out rows whose partition is not there and may not be made: one device with a wrong clock
 * must not create a thousand partitions (D9).
 */
final class WindowFilter {

  private final Prepared prepared;
  private final Rejects rejects;
  private final Counts counts;

  WindowFilter(Prepared prepared, Rejects rejects, Counts counts) {
    this.prepared = prepared;
    this.rejects = rejects;
    this.counts = counts;
  }

  /** What is left of a segment: itself in all but the rare case. */
  List<SegmentData> inside(SegmentData segment) {
    Segment head = segment.head();
    Set<Long> refused = prepared.refused(head.tableId());
    if (head.partitions().stream().noneMatch(refused::contains)) {
      return List.of(segment);
    }
    return filter(segment, refused);
  }

  private List<SegmentData> filter(SegmentData segment, Set<Long> refused) {
    TargetTable table = prepared.table(segment.head().tableId());
    CopyGroup group = new CopyGroup(table, segment.head().columns(), List.of(segment));
    TimePartitions partitions = prepared.partitioning(table.id());
    CopyRows rows = new CopyRows(segment);
    int time = timeIndex(table, segment.head().columns());
    PgType type = segment.head().columns().get(time).type();
    List<SegmentData> kept = new ArrayList<>();
    long left = segment.cells();
    int from = 0;
    for (int row = 0; row <= rows.count(); row++) {
      boolean out =
          row < rows.count() && isRefused(rows.micros(row, time), type, partitions, refused);
      if (row == rows.count() || out) {
        if (row > from) {
          SegmentData run = rows.slice(from, row, group);
          left -= run.cells();
          kept.add(run);
        }
        from = row + 1;
      }
      if (out) {
        left -= reject(segment, rows, row, Math.min(left, rows.cells(row, group)), table);
      }
    }
    return withRest(segment, kept, left);
  }

  private static int timeIndex(TargetTable table, List<Column> columns) {
    String name = table.timeColumn().orElseThrow();
    return columns.stream().map(Column::name).toList().indexOf(name);
  }

  private static boolean isRefused(
      Long micros, PgType type, TimePartitions partitions, Set<Long> refused) {
    if (micros == null) {
      return false;
    }
    Instant time = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    Instant start =
        type == PgType.TIMESTAMPTZ
            ? partitions.startOf(time)
            : partitions.startOf(LocalDateTime.ofInstant(time, ZoneOffset.UTC));
    return refused.contains(ChronoUnit.MICROS.between(Instant.EPOCH, start));
  }

  private long reject(SegmentData segment, CopyRows rows, int row, long cells, TargetTable table) {
    rejects.add(
        segment.chunk(),
        "out_of_window",
        cells,
        "%s takes no rows of this time; see partition.keep and partition.ahead of the feed"
            .formatted(table.display()),
        rows.text(row));
    counts.of(segment.chunk().fileId()).rejected += cells;
    return cells;
  }

  /**
   * Units the rows do not show, such as blank ones, stay with what was kept, or else are rejected.
   */
  private List<SegmentData> withRest(SegmentData segment, List<SegmentData> kept, long rest) {
    if (rest == 0) {
      return kept;
    }
    if (kept.isEmpty()) {
      counts.of(segment.chunk().fileId()).rejected += rest;
      return kept;
    }
    SegmentData last = kept.remove(kept.size() - 1);
    kept.add(last.withCells(last.cells() + rest));
    return kept;
  }
}
