package io.sluice.pgtask.partition;

import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepResult;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.run.Work;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * Analyses parents, which autovacuum never does. ANALYZE takes SHARE UPDATE EXCLUSIVE, so readers
 * and writers go on and making or detaching partitions waits: it comes last. From PostgreSQL 18 on
 * ONLY spares the partitions, which autovacuum tends. See
 * https://www.postgresql.org/docs/current/sql-analyze.html
 */
final class ParentStatistics {

  private static final String DUE =
      """
      select n.nspname, c.relname, current_setting('server_version_num')::int >= 180000
      from unnest(?::oid[]) o (oid) join pg_class c on c.oid = o.oid join pg_namespace n on n.oid = c.relnamespace
      where coalesce(greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)),
                     '-infinity') < ?
        and exists (select from pg_partition_tree(c.oid) t
                    where t.isleaf and (pg_stat_get_live_tuples(t.relid) > 0 or pg_stat_get_tuples_inserted(t.relid) > 0))
      order by 1, 2
      """;

  private ParentStatistics() {}

  static void analyze(TaskRun run, List<PartitionedTable> tables, Duration every)
      throws SQLException {
    if (every.isZero() || tables.isEmpty()) {
      return;
    }
    for (Step step : run.read(connection -> due(connection, tables, run, every))) {
      run.step(step);
    }
  }

  private static List<Step> due(
      Connection connection, List<PartitionedTable> tables, TaskRun run, Duration every)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(DUE)) {
      query.setArray(
          1,
          connection.createArrayOf("int8", tables.stream().map(PartitionedTable::oid).toArray()));
      query.setObject(2, run.now().minus(every).atOffset(ZoneOffset.UTC));
      try (ResultSet row = query.executeQuery()) {
        List<Step> due = new ArrayList<>();
        while (row.next()) {
          due.add(
              new Analyze(new TableName(row.getString(1), row.getString(2)), row.getBoolean(3)));
        }
        return due;
      }
    }
  }

  private record Analyze(TableName table, boolean only) implements Step {

    @Override
    public String words() {
      return "analyse %s, which autovacuum does not do for partitioned tables".formatted(table);
    }

    @Override
    public List<String> sql() {
      return List.of("analyze " + (only ? "only " : "") + table.sql());
    }

    @Override
    public StepResult run(Work work) throws SQLException {
      work.alone(sql().get(0));
      return StepResult.of("parentsAnalysed", 1);
    }
  }
}
