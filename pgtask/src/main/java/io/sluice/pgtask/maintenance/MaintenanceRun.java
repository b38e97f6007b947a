package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.catalog.TableGlobs;
import io.sluice.pgtask.maintenance.statistics.BloatEstimator;
import io.sluice.pgtask.maintenance.statistics.PgStatTuple;
import io.sluice.pgtask.maintenance.statistics.ServerInfo;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.MaintenanceSpec;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** One run of maintenance. */
final class MaintenanceRun {

  private final MaintenanceSpec spec;
  private final TaskRun run;
  private final ServerInfo server;
  private final TableSelection selection;
  private final MaintenanceQueue queue;
  private final VacuumSql vacuumSql;
  private final AnalyzePlan analyzePlan;
  private final Optional<ReindexPlan> reindexPlan;
  private final Optional<RewritePlan> rewritePlan;

  MaintenanceRun(MaintenanceSpec spec, TaskRun run, ServerInfo server) throws SQLException {
    this.spec = spec;
    this.run = run;
    this.server = server;
    TableGlobs wanted = TableGlobs.of(spec.tables());
    TableFinder finder = new TableFinder(run, server, wanted, TableGlobs.of(spec.exclude()));
    this.selection =
        new TableSelection(
            run, server, finder, spec.reindex().isPresent() || spec.rewritesTables());
    this.queue = new MaintenanceQueue(run, new DiskSpace(spec.space()), new Throughput());
    this.vacuumSql = new VacuumSql(run.limits().connections() - 1);
    this.analyzePlan = new AnalyzePlan(server, run.now());
    BloatEstimator bloat = new BloatEstimator(server.page());
    PgStatTuple counted = new PgStatTuple(run, server);
    this.reindexPlan = spec.reindex().map(s -> new ReindexPlan(run, s, bloat, counted));
    this.rewritePlan =
        spec.rewritesTables()
            ? Optional.of(new RewritePlan(run, spec, bloat, counted, server, wanted))
            : Optional.empty();
  }

  void run() throws SQLException {
    List<TableInfo> tables = selection.find(spec.tables());
    cleanUp(tables);
    freeze(tables);
    analyze(tables);
    analyzeToJudge(selection.again(tables));
    reclaim(tables, selection.again(tables));
    checkVacuumed(tables);
    queue.end();
  }

  private void cleanUp(List<TableInfo> tables) throws SQLException {
    if (spec.reindex().isPresent()) {
      InvalidIndexes.clean(run, tables);
    }
    if (rewritePlan.isPresent()) {
      rewritePlan.get().requirePrivileges(tables);
      rewritePlan.get().finishEarlier(tables);
    }
  }

  private void freeze(List<TableInfo> tables) throws SQLException {
    if (spec.vacuum().isPresent()) {
      FreezePlan wraparound = new FreezePlan(run, vacuumSql);
      wraparound.watchDatabase();
      queue.inOrder(wraparound.due(tables, spec.vacuum().get()));
    }
  }

  private void analyze(List<TableInfo> tables) throws SQLException {
    if (spec.analyze().isPresent()) {
      queue.inOrder(analyzePlan.due(tables, spec.analyze().get()));
    }
  }

  private void analyzeToJudge(List<TableInfo> tables) throws SQLException {
    List<TableInfo> concerned =
        tables.stream()
            .filter(
                t ->
                    reindexPlan.filter(plan -> plan.mayConcern(t)).isPresent()
                        || rewritePlan.filter(plan -> plan.judges(t)).isPresent())
            .toList();
    List<WorkItem> due = analyzePlan.toJudge(concerned);
    queue.inOrder(due);
    if (run.dry() && !due.isEmpty()) {
      run.note(
          "the bloat of these tables is judged after ANALYZE, so that the run may do more or less than is shown: "
              + due.stream()
                  .map(i -> i.table().name().toString())
                  .collect(Collectors.joining(", ")));
    }
  }

  private void reclaim(List<TableInfo> before, List<TableInfo> tables) throws SQLException {
    List<WorkItem> items = new ArrayList<>();
    if (spec.vacuum().isPresent()) {
      new VacuumPlan(spec.vacuum().get(), vacuumSql)
          .due(tables).stream()
              .filter(item -> !queue.vacuumed().contains(item.table().oid()))
              .forEach(items::add);
    }
    if (reindexPlan.isPresent()) {
      items.addAll(reindexPlan.get().due(tables));
    }
    if (rewritePlan.isPresent()) {
      items.addAll(rewritePlan.get().due(before, tables));
    }
    queue.byBenefit(items);
  }

  /** Dead rows that a vacuum leaves are still needed by somebody. */
  private void checkVacuumed(List<TableInfo> before) throws SQLException {
    if (run.dry() || queue.vacuumed().isEmpty()) {
      return;
    }
    server.awaitStatistics(run);
    VacuumCheck vacuumCheck = new VacuumCheck(run, spec.vacuum().orElseThrow());
    vacuumCheck.say(before, selection.again(before), queue.vacuumed());
  }
}
