package io.sluice.pgtask.partition;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Sql.Items;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import io.sluice.pgtask.run.TaskRun;
import java.sql.SQLException;
import java.time.Duration;
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
      select n.nspname, c.relname, case when current_setting('server_version_num')::int < 180000 then
        (select count(*) from pg_partition_tree(c.oid) t where t.isleaf) else 0 end
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
    Items oids = Sql.array("bigint", tables, PartitionedTable::oid);
    run.read(
            connection ->
                Sql.list(
                    connection,
                    DUE,
                    row -> new Analyze(TableName.read(row), row.getInt(3)),
                    oids,
                    run.now().minus(every)))
        .forEach(run::step);
  }

  /**
   * The step.
   *
   * @param parts that the server analyses with it; 0 where it can be told to leave them out
   */
  private record Analyze(TableName table, int parts) implements Step {

    @Override
    public String description() {
      return "analyse %s, which autovacuum does not do for partitioned tables%s"
          .formatted(
              table,
              parts == 0
                  ? ""
                  : ", and one after the other its %,d partitions, which PostgreSQL cannot leave out before 18"
                      .formatted(parts));
    }

    @Override
    public List<String> sql() {
      return List.of("analyze " + (parts == 0 ? "only " : "") + table.sql());
    }

    @Override
    public StepResult run(StepContext context) throws SQLException {
      context.autocommit(sql().get(0));
      return StepResult.of("parentsAnalysed", 1);
    }
  }
}
