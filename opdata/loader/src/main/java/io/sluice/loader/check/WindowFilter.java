package io.sluice.loader.check;

import io.sluice.core.catalog.TimePartitions;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.PgType;
import io.sluice.core.chunk.Segment;
import io.sluice.loader.rows.CopyRows;
import io.sluice.loader.rows.Counts;
import io.sluice.loader.rows.Rejects;
import io.sluice.loader.rows.RowRange;
import io.sluice.loader.table.Prepared;
import io.sluice.loader.table.TargetTable;
import io.sluice.loader.write.CopyGroup;
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
public final class WindowFilter {

  private final Prepared prepared;
  private final Rejects rejects;
  private final Counts counts;

  public WindowFilter(Prepared prepared, Rejects rejects, Counts counts) {
    this.prepared = prepared;
    this.rejects = rejects;
    this.counts = counts;
  }

  /** What is left of the rows: they themselves in all but the rare case. */
  public List<RowRange> inside(RowRange range) {
    Segment head = range.head();
    Set<Long> refused = prepared.refused(head.tableId());
    if (refused.isEmpty() || head.partitions().stream().noneMatch(refused::contains)) {
      return List.of(range);
    }
    return filter(range, refused);
  }

  private List<RowRange> filter(RowRange range, Set<Long> refused) {
    Segment head = range.head();
    TargetTable table = prepared.table(head.tableId());
    CopyRows rows = CopyGroup.of(table, List.of(range)).look(range);
    TimePartitions partitions = prepared.partitioning(table.id());
    int time = timeIndex(table, head.columns());
    PgType type = head.columns().get(time).type();
    List<RowRange> kept = new ArrayList<>();
    long left = range.cells();
    int from = 0;
    for (int row = 0; row <= rows.count(); row++) {
      boolean out =
          row < rows.count() && isRefused(rows.micros(row, time), type, partitions, refused);
      if (row == rows.count() || out) {
        if (row > from) {
          RowRange run = rows.slice(from, row);
          left -= run.cells();
          kept.add(run);
        }
        from = row + 1;
      }
      if (out) {
        left -= reject(range, rows, row, Math.min(left, rows.cells(row)), table);
      }
    }
    return withRest(range, kept, left);
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
    LocalDateTime local = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
    Instant start =
        switch (type) {
          case DATE -> partitions.startOf(local.toLocalDate());
          case TIMESTAMP -> partitions.startOf(local);
          default -> partitions.startOf(time);
        };
    return refused.contains(ChronoUnit.MICROS.between(Instant.EPOCH, start));
  }

  private long reject(RowRange range, CopyRows rows, int row, long cells, TargetTable table) {
    rejects.add(
        range,
        "out_of_window",
        cells,
        "%s accepts no rows of this time; see partition.keep and partition.ahead of the feed"
            .formatted(table.display()),
        rows.text(row));
    counts.of(range.fileId()).rejected += cells;
    return cells;
  }

  /**
   * Units the rows do not show, such as blank ones, stay with what was kept, or else are rejected.
   */
  private List<RowRange> withRest(RowRange range, List<RowRange> kept, long rest) {
    if (rest == 0) {
      return kept;
    }
    if (kept.isEmpty()) {
      counts.of(range.fileId()).rejected += rest;
      return kept;
    }
    RowRange last = kept.remove(kept.size() - 1);
    kept.add(last.withCells(last.cells() + rest));
    return kept;
  }
}
