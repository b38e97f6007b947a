package io.sluice.pgtask.maintenance;

import io.sluice.core.catalog.Names;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableGlobs;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.catalog.WorkingTables;
import io.sluice.pgtask.copyswap.CopySwap;
import io.sluice.pgtask.copyswap.CopySwap.Unfinished;
import io.sluice.pgtask.maintenance.SortOrders.Order;
import io.sluice.pgtask.maintenance.statistics.BloatEstimate;
import io.sluice.pgtask.maintenance.statistics.BloatEstimator;
import io.sluice.pgtask.maintenance.statistics.BloatEstimator.TableBloat;
import io.sluice.pgtask.maintenance.statistics.ColumnStatistics;
import io.sluice.pgtask.maintenance.statistics.PgStatTuple;
import io.sluice.pgtask.maintenance.statistics.PlannerStatistics;
import io.sluice.pgtask.maintenance.statistics.ServerInfo;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.run.Privileges;
import io.sluice.pgtask.run.SqlStep;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.HumanFormat;
import io.sluice.pgtask.task.MaintenanceSpec.Reorder;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Cold tables that are bloated, or whose rows lie out of order.
 *
 * <p>PostgreSQL 19 rewrites tables itself, see https://www.postgresql.org/docs/19/sql-repack.html
 */
final class ReorderPlan {

  /** The first version with REPACK (CONCURRENTLY). */
  private static final int REPACK = 19;

  private static final String STATES =
      """
      select n.nspname, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and %s
      """
          .formatted(WorkingTables.among("c.oid"));

  private final TaskRun run;
  private final Reorder spec;
  private final BloatEstimator bloat;
  private final PgStatTuple counted;
  private final ServerInfo server;
  private final Map<Long, Unfinished> unfinished = new HashMap<>();
  private final ColdTables cold;

  ReorderPlan(
      TaskRun run,
      Reorder spec,
      BloatEstimator bloat,
      PgStatTuple counted,
      ServerInfo server,
      TableGlobs wanted)
      throws SQLException {
    this.run = run;
    this.spec = spec;
    this.bloat = bloat;
    this.counted = counted;
    this.server = server;
    this.cold = ColdTables.read(run, wanted, spec.after());
  }

  /** Of all tables that may be due one day, so that rights do not come one run at a time. */
  void requirePrivileges(List<TableInfo> tables) throws SQLException {
    if (server.major() < REPACK) {
      Privileges.require(
          run,
          tables.stream()
              .filter(this::mayConcern)
              .flatMap(table -> CopySwap.needs(table.name()).stream())
              .toList());
    }
  }

  /** Removes what is left of rewrites that came to their end; those on their way are carried on. */
  void finishEarlier(List<TableInfo> tables) throws SQLException {
    Set<TableName> states = states();
    for (TableInfo table : tables) {
      TableName state =
          table.name().sibling(Names.withSuffix(table.name().name(), "__sluice_state"));
      if (states.contains(state)) {
        unfinished.put(table.oid(), CopySwap.finishEarlier(run, table.name()));
      }
    }
  }

  private Set<TableName> states() throws SQLException {
    return new HashSet<>(run.read(c -> Sql.list(c, STATES, TableName::read)));
  }

  /** Whether it is large enough, and may be cold. */
  boolean mayConcern(TableInfo table) {
    return table.kind() == 'r'
        && table.owned()
        && table.size().heap() + table.size().toast() >= spec.minBytes()
        && cold.mayBe(table);
  }

  /**
   * @param atFirst the tables before this run did anything
   */
  List<WorkItem> due(List<TableInfo> atFirst, List<TableInfo> tables) throws SQLException {
    Map<Long, TableInfo> before =
        atFirst.stream().collect(Collectors.toMap(TableInfo::oid, Function.identity()));
    List<TableInfo> concerned = tables.stream().filter(t -> mayConcern(t) || carriesOn(t)).toList();
    Map<Long, List<ColumnStatistics>> columns = new PlannerStatistics(run).tables(concerned);
    SortOrders orders = SortOrders.read(run, concerned);
    List<WorkItem> items = new ArrayList<>();
    for (TableInfo table : concerned) {
      due(before.get(table.oid()), table, columns, orders).ifPresent(items::add);
    }
    return items;
  }

  private boolean carriesOn(TableInfo table) {
    return unfinished.get(table.oid()) == Unfinished.REWRITE;
  }

  private Optional<WorkItem> due(
      TableInfo before,
      TableInfo table,
      Map<Long, List<ColumnStatistics>> columns,
      SortOrders orders)
      throws SQLException {
    if (unfinished.get(table.oid()) == Unfinished.OTHER) {
      run.note(table.name() + " is not rewritten, because another task is converting it");
      return Optional.empty();
    }
    Optional<TableBloat> estimate =
        bloat.table(table, columns.getOrDefault(table.oid(), List.of()));
    Optional<Order> order = orders.of(table, spec.index());
    if (carriesOn(table)) {
      return order.map(o -> item(table, o, estimate, "an earlier run started it"));
    }
    if (estimate.isEmpty() || !isPast(estimate.get().all(), order)) {
      return Optional.empty();
    }
    TableBloat measured = counted.table(table, estimate.get());
    return isPast(measured.all(), order)
        ? judged(before, table, order, measured)
        : Optional.empty();
  }

  private Optional<WorkItem> judged(
      TableInfo before, TableInfo table, Optional<Order> order, TableBloat measured) {
    if (order.isEmpty()) {
      run.problem(
          spec.index().isEmpty()
              ? "%s has neither a clustered index nor a primary key to order by; name an index or columns in reorder: index"
                  .formatted(table.name())
              : "%s has neither an index nor columns %s to order by; correct reorder: index"
                  .formatted(table.name(), spec.index().get()));
      return Optional.empty();
    }
    String why = why(measured.all(), order.get());
    if (!cold.isQuiet(before) || before.rows().written() != table.rows().written()) {
      run.note(
          "%s is not rewritten yet, although %s: it was written to after it was last analysed"
              .formatted(table.name(), why));
      return table.rows().changed() > 0 ? Optional.of(mark(table)) : Optional.empty();
    }
    return Optional.of(item(table, order.get(), Optional.of(measured), why));
  }

  /** From now on the statistics tell whether anything is written. */
  private static WorkItem mark(TableInfo table) {
    String description =
        "Analyze %s, so that the next run can tell whether it is still being written to";
    SqlStep step =
        SqlStep.autocommit(description.formatted(table.name()), "analyze " + table.name().sql());
    return new WorkItem(
        Throughput.Operation.ANALYZE,
        table,
        "analysing " + table.name(),
        0,
        table.size().heap(),
        0,
        new StepJob(step));
  }

  private boolean isPast(BloatEstimate measured, Optional<Order> order) {
    return (spec.bloat().isPresent() && measured.share() >= spec.bloat().getAsDouble())
        || isOutOfOrder(order);
  }

  private boolean isOutOfOrder(Optional<Order> order) {
    return spec.correlation().isPresent()
        && order.isPresent()
        && order.get().correlation().isPresent()
        && Math.abs(order.get().correlation().getAsDouble()) < spec.correlation().getAsDouble();
  }

  private String why(BloatEstimate measured, Order order) {
    return isOutOfOrder(Optional.of(order))
        ? "%s, and the correlation with its physical order is %s"
            .formatted(
                measured.description(),
                HumanFormat.percent(Math.abs(order.correlation().getAsDouble())))
        : measured.description();
  }

  private WorkItem item(TableInfo table, Order order, Optional<TableBloat> measured, String why) {
    long reclaimable = measured.map(a -> a.all().reclaimable()).orElse(0L);
    long total = table.size().total();
    return new WorkItem(
        Throughput.Operation.REORDER,
        table,
        "rewriting " + table.name(),
        reclaimable,
        2 * total,
        total - Math.min(total, reclaimable),
        carriesOn(table)
            ? new CopySwapJob(why, order.sql())
            : job(server.major(), table, order, why));
  }

  /** REPACK orders by an index only, and finds changed rows by the replica identity. */
  static Job job(int major, TableInfo table, Order order, String why) {
    if (major < REPACK || order.index().isEmpty() || !order.identified()) {
      return new CopySwapJob(why, order.sql());
    }
    return new StepJob(
        SqlStep.autocommit(
            "Rewrite %s ordered by %s: %s".formatted(table.name(), order.sql(), why),
            "repack (analyze, concurrently) %s using index %s"
                .formatted(table.name().sql(), SqlNames.quote(order.index().get()))));
  }
}
