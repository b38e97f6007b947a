package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.maintenance.statistics.BloatEstimate;
import io.sluice.pgtask.maintenance.statistics.BloatEstimator;
import io.sluice.pgtask.maintenance.statistics.IndexInfo;
import io.sluice.pgtask.maintenance.statistics.PgStatTuple;
import io.sluice.pgtask.maintenance.statistics.PlannerStatistics;
import io.sluice.pgtask.maintenance.statistics.PlannerStatistics.Index;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.MaintenanceSpec.Reindex;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Indexes with more bloat than the task allows. */
final class ReindexPlan {

  private final TaskRun run;
  private final Reindex spec;
  private final BloatEstimator bloat;
  private final PgStatTuple counted;

  ReindexPlan(TaskRun run, Reindex spec, BloatEstimator bloat, PgStatTuple counted) {
    this.run = run;
    this.spec = spec;
    this.bloat = bloat;
    this.counted = counted;
  }

  /** Whether an index of it may be large enough. */
  boolean mayConcern(TableInfo table) {
    return !table.partitioned() && table.owned() && table.size().indexes() >= spec.minBytes();
  }

  List<WorkItem> due(List<TableInfo> tables) throws SQLException {
    List<TableInfo> concerned =
        tables.stream().filter(t -> mayConcern(t) && t.lockedBy().isEmpty()).toList();
    Map<Long, List<Index>> indexes = new PlannerStatistics(run).indexes(concerned);
    List<WorkItem> items = new ArrayList<>();
    for (TableInfo table : concerned) {
      for (Index index : indexes.getOrDefault(table.oid(), List.of())) {
        item(table, index).ifPresent(items::add);
      }
    }
    return items;
  }

  private Optional<WorkItem> item(TableInfo table, Index index) throws SQLException {
    IndexInfo facts = index.facts();
    Optional<BloatEstimate> estimate = bloat.index(table, index);
    if (facts.bytes() < spec.minBytes() || !past(estimate)) {
      return Optional.empty();
    }
    BloatEstimate measured = counted.index(facts, estimate.get());
    if (!past(Optional.of(measured))) {
      return Optional.empty();
    }
    if (facts.exclusion()) {
      run.note(
          "index %s of %s: %s, but it belongs to an exclusion constraint, which PostgreSQL cannot rebuild concurrently; run REINDEX INDEX %s when the table is not in use"
              .formatted(facts.name(), table.name(), measured.description(), facts.name().sql()));
      return Optional.empty();
    }
    return Optional.of(item(table, facts, measured));
  }

  private boolean past(Optional<BloatEstimate> measured) {
    return measured.isPresent() && measured.get().share() >= spec.bloat();
  }

  private WorkItem item(TableInfo table, IndexInfo index, BloatEstimate measured) {
    long needed = index.bytes() - measured.reclaimable();
    String description =
        "Rebuild index %s of %s: %s".formatted(index.name(), table.name(), measured.description());
    ReindexStep step = new ReindexStep(description, table.name(), index.name());
    return new WorkItem(
        Throughput.Operation.REINDEX,
        table,
        "rebuilding index " + index.name(),
        measured.reclaimable(),
        2 * table.size().heap() + 2 * needed,
        needed,
        new StepJob(step));
  }
}
