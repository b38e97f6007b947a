package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.run.SqlStep;
import io.sluice.pgtask.task.HumanFormat;
import io.sluice.pgtask.task.MaintenanceSpec.Vacuum;
import java.util.List;

/** Tables whose share of dead rows is past the limit, because autovacuum did not come. */
final class VacuumPlan {

  /** As autovacuum_vacuum_threshold: fewer dead rows are not worth a vacuum. */
  private static final int FEW_ROWS = 50;

  private final Vacuum spec;
  private final VacuumSql sql;

  VacuumPlan(Vacuum spec, VacuumSql sql) {
    this.spec = spec;
    this.sql = sql;
  }

  List<WorkItem> due(List<TableInfo> tables) {
    return tables.stream().filter(this::due).map(this::item).toList();
  }

  private boolean due(TableInfo table) {
    return isDue(table, spec.dead());
  }

  static boolean isDue(TableInfo table, double share) {
    return !table.partitioned()
        && !table.rows().vacuuming()
        && table.rows().dead() > FEW_ROWS
        && deadShare(table) >= share;
  }

  private static double deadShare(TableInfo table) {
    double live = Math.max(table.rows().live(), 0);
    double dead = table.rows().dead();
    return dead == 0 ? 0 : dead / (live + dead);
  }

  private WorkItem item(TableInfo table) {
    String description =
        "Vacuum %s: %s of its %s rows are dead (%s)"
            .formatted(
                table.name(),
                HumanFormat.percent(deadShare(table)),
                HumanFormat.count(table.rows().live() + table.rows().dead()),
                HumanFormat.count(table.rows().dead()));
    return new WorkItem(
        Throughput.Operation.VACUUM,
        table,
        "vacuuming " + table.name(),
        (long) (deadShare(table) * table.size().heap()),
        table.size().total(),
        0,
        new StepJob(SqlStep.autocommit(description, sql.vacuum(table))));
  }
}
