package io.sluice.pgtask.maintenance;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.run.SqlStep;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.HumanFormat;
import io.sluice.pgtask.task.MaintenanceSpec.Vacuum;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;

/**
 * Freezes tables before autovacuum has to, the oldest first, and watches the database's age. VACUUM
 * takes SHARE UPDATE EXCLUSIVE; see
 * https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-WRAPAROUND
 */
final class FreezePlan {

  /** Autovacuum freezes at its limit; what is twice as old it cannot freeze. */
  private static final double ALARM = 2;

  private static final String DATABASE =
      """
      select age(datfrozenxid), mxid_age(datminmxid), current_setting('autovacuum_freeze_max_age')::bigint,
        current_setting('autovacuum_multixact_freeze_max_age')::bigint
      from pg_catalog.pg_database where datname = current_database()
      """;

  private final TaskRun run;
  private final VacuumSql sql;

  FreezePlan(TaskRun run, VacuumSql sql) {
    this.run = run;
    this.sql = sql;
  }

  /** Says how old the database is, if it is a concern. */
  void watchDatabase() throws SQLException {
    TableInfo.Ages ages =
        run.read(
            connection ->
                Sql.one(
                    connection,
                    DATABASE,
                    row ->
                        new TableInfo.Ages(
                            row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4))));
    String age = "the oldest row of the database is " + description(ages);
    if (ages.share() >= ALARM) {
      long held = ages.xidLimit() / 2;
      run.problem(
          age
              + ", and autovacuum does not keep up with freezing; PostgreSQL refuses writes at 2,000"
              + " million. "
              + XminHorizon.description(XminHorizon.holders(run, held)));
    } else if (ages.share() >= 1) {
      run.note(age + "; autovacuum is freezing it now");
    }
  }

  /** Tables to freeze, nearest to their limit first. */
  List<WorkItem> due(List<TableInfo> tables, Vacuum spec) {
    return tables.stream()
        .filter(t -> !t.partitioned() && t.ages().share() >= spec.age())
        .sorted(Comparator.comparingDouble((TableInfo t) -> t.ages().share()).reversed())
        .map(this::item)
        .toList();
  }

  private WorkItem item(TableInfo table) {
    String description =
        "Freeze %s, whose oldest row is %s".formatted(table.name(), description(table.ages()));
    return new WorkItem(
        Throughput.Operation.FREEZE,
        table,
        "freezing " + table.name(),
        0,
        table.size().total(),
        0,
        new StepJob(SqlStep.autocommit(description, sql.freeze(table))));
  }

  private static String description(TableInfo.Ages ages) {
    boolean byXids =
        (double) ages.xids() / ages.xidLimit()
            >= (double) ages.multixacts() / ages.multixactLimit();
    return "%s %s old (%s of the limit %s)"
        .formatted(
            HumanFormat.count(byXids ? ages.xids() : ages.multixacts()),
            byXids ? "transactions" : "multixacts",
            HumanFormat.percent(ages.share()),
            HumanFormat.count(byXids ? ages.xidLimit() : ages.multixactLimit()));
  }
}
