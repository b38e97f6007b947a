package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.PartitionCatalog;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableGlobs;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.run.TaskRun;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which tables nobody writes to any more. PostgreSQL does not keep the time of the last write; what
 * it does keep is whether anything was written since the last ANALYZE, and when that was.
 */
final class ColdTables {

  private final Map<TableName, Instant> ends;
  private final TableGlobs wanted;
  private final Instant before;

  private ColdTables(Map<TableName, Instant> ends, TableGlobs wanted, Instant before) {
    this.ends = ends;
    this.wanted = wanted;
    this.before = before;
  }

  /**
   * @param after how long ago a partition has to have ended
   */
  static ColdTables read(TaskRun run, TableGlobs wanted, Duration after) throws SQLException {
    ZoneId zone = run.task().zone();
    Map<TableName, Instant> ends = new HashMap<>();
    for (PartitionedTable table : run.read(c -> PartitionCatalog.read(c, name -> true)).tables()) {
      if (table.type().isTime()) {
        for (Partition partition : table.partitions()) {
          ends.put(partition.name(), end(table.type(), partition.bounds().to(), zone));
        }
      }
    }
    return new ColdTables(ends, wanted, run.now().minus(after));
  }

  private static Instant end(KeyType type, long to, ZoneId zone) {
    if (to == KeyType.MAX || to == KeyType.MIN) {
      return to == KeyType.MAX ? Instant.MAX : Instant.MIN;
    }
    return switch (type) {
      case DATE -> LocalDate.ofEpochDay(to).atStartOfDay(zone).toInstant();
      case TIMESTAMPTZ -> KeyType.local(to).toInstant(java.time.ZoneOffset.UTC);
      default -> KeyType.local(to).atZone(zone).toInstant();
    };
  }

  /** A partition whose period ended long enough ago, or a table that the task names as such. */
  boolean mayBe(TableInfo table) {
    return end(table).map(end -> !end.isAfter(before)).orElseGet(() -> wanted.names(table.name()));
  }

  /** Nothing was written since it was last analysed; where no period ends, for long enough. */
  boolean isQuiet(TableInfo table) {
    Optional<Instant> analyzed = table.rows().analyzed();
    boolean unwritten = table.rows().changed() == 0 && analyzed.isPresent();
    return unwritten && (end(table).isPresent() || !analyzed.get().isAfter(before));
  }

  /** Of the partition, or of the nearest parent that has a period. */
  private Optional<Instant> end(TableInfo table) {
    return Stream.concat(Stream.of(table.name()), table.parents().stream())
        .filter(ends::containsKey)
        .findFirst()
        .map(ends::get);
  }
}
