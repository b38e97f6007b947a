package io.sluice.pgtask.maintenance;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableGlobs;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.catalog.WorkingTables;
import io.sluice.pgtask.copyswap.CopySwap;
import io.sluice.pgtask.copyswap.CopySwap.Unfinished;
import io.sluice.pgtask.copyswap.RewriteOptions;
import io.sluice.pgtask.maintenance.RewriteRule.Findings;
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
import io.sluice.pgtask.task.MaintenanceSpec;
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
 * Tables that are bloated, lie in the wrong tablespace, or whose rows lie out of order.
 *
 * <p>PostgreSQL 19 rewrites tables itself, see https://www.postgresql.org/docs/19/sql-repack.html
 */
final class RewritePlan {

  /** The first version with REPACK (CONCURRENTLY). */
  private static final int REPACK = 19;

  private static final String STATES =
      """
      select n.nspname, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and %s
      """
          .formatted(WorkingTables.among("c.oid"));

  private final TaskRun run;
  private final List<RewriteRule> rules;
  private final Optional<String> tablespace;
  private final BloatEstimator bloat;
  private final PgStatTuple counted;
  private final ServerInfo server;
  private final Map<Long, Unfinished> unfinished = new HashMap<>();
  private final Optional<ColdTables> cold;
  private boolean unplaceable;

  RewritePlan(
      TaskRun run,
      MaintenanceSpec spec,
      BloatEstimator bloat,
      PgStatTuple counted,
      ServerInfo server,
      TableGlobs wanted)
      throws SQLException {
    this.run = run;
    this.rules = RewriteRule.of(spec);
    this.tablespace = spec.rewrite().flatMap(MaintenanceSpec.Rewrite::tablespace);
    this.bloat = bloat;
    this.counted = counted;
    this.server = server;
    this.cold =
        spec.reorder().isPresent()
            ? Optional.of(ColdTables.read(run, wanted, spec.reorder().get().after()))
            : Optional.empty();
  }

  /** Of all tables that may be due one day, so that rights do not come one run at a time. */
  void requirePrivileges(List<TableInfo> tables) throws SQLException {
    if (tablespace.isPresent()) {
      requireTablespace(tablespace.get());
    }
    if (server.major() < REPACK || tablespace.isPresent()) {
      Privileges.require(
          run,
          tables.stream()
              .filter(this::mayConcern)
              .flatMap(table -> CopySwap.needs(table.name()).stream())
              .toList());
    }
  }

  /** Without it nothing is rewritten, for it would have to be rewritten again. */
  private void requireTablespace(String name) throws SQLException {
    Optional<Boolean> isDefault = Misplaced.isDefault(run, name);
    if (isDefault.isEmpty()) {
      unplaceable = true;
      run.problem(
          "there is no tablespace %s that tables can lie in; create it, or correct rewrite: tablespace"
              .formatted(name));
    } else if (!isDefault.get()) {
      unplaceable = !Privileges.require(run, List.of(Privileges.storingIn(name))).isEmpty();
    }
  }

  /** Removes what is left of rewrites that came to their end; those on their way are carried on. */
  void finishEarlier(List<TableInfo> tables) throws SQLException {
    Set<TableName> states = states();
    for (TableInfo table : tables) {
      if (table.parents().stream().anyMatch(parent -> states.contains(CopySwap.stateOf(parent)))) {
        unfinished.put(table.oid(), new Unfinished("unpartition"));
      } else if (states.contains(CopySwap.stateOf(table.name()))) {
        CopySwap.finishEarlier(run, table.name())
            .ifPresent(left -> unfinished.put(table.oid(), left));
      }
    }
  }

  private Set<TableName> states() throws SQLException {
    return new HashSet<>(run.read(c -> Sql.list(c, STATES, TableName::read)));
  }

  /** Whether a rule is about it. */
  boolean mayConcern(TableInfo table) {
    return rules.stream().anyMatch(rule -> mayConcern(rule, table));
  }

  /** Whether its statistics decide, not only where it lies. */
  boolean judges(TableInfo table) {
    return rules.stream().anyMatch(rule -> rule.judges() && mayConcern(rule, table));
  }

  private boolean mayConcern(RewriteRule rule, TableInfo table) {
    return table.kind() == 'r'
        && table.owned()
        && rule.isLargeEnough(table)
        && (!rule.cold() || cold.orElseThrow().mayBe(table));
  }

  /**
   * @param atFirst the tables before this run did anything
   */
  List<WorkItem> due(List<TableInfo> atFirst, List<TableInfo> tables) throws SQLException {
    if (unplaceable) {
      return List.of();
    }
    Map<Long, TableInfo> before =
        atFirst.stream().collect(Collectors.toMap(TableInfo::oid, Function.identity()));
    List<TableInfo> concerned =
        tables.stream().filter(t -> mayConcern(t) || unfinished.containsKey(t.oid())).toList();
    Map<Long, List<ColumnStatistics>> columns = new PlannerStatistics(run).tables(concerned);
    SortOrders orders = SortOrders.read(run, concerned);
    Set<Long> misplaced =
        tablespace.isPresent() ? Misplaced.of(run, concerned, tablespace.get()) : Set.of();
    List<WorkItem> items = new ArrayList<>();
    for (TableInfo table : concerned) {
      Candidate candidate =
          new Candidate(
              before.get(table.oid()),
              table,
              bloat.table(table, columns.getOrDefault(table.oid(), List.of())),
              misplaced.contains(table.oid()));
      due(candidate, orders).ifPresent(items::add);
    }
    return items;
  }

  /**
   * A table that a rule is about.
   *
   * @param before this run did anything
   * @param estimate empty if statistics do not allow one
   */
  private record Candidate(
      TableInfo before, TableInfo table, Optional<TableBloat> estimate, boolean misplaced) {

    Findings findings(Optional<TableBloat> measured, Optional<Order> order) {
      BloatEstimate all = measured.map(TableBloat::all).orElse(new BloatEstimate(0, 0, false));
      return new Findings(all, order, misplaced);
    }
  }

  private Optional<WorkItem> due(Candidate candidate, SortOrders orders) throws SQLException {
    TableInfo table = candidate.table();
    Unfinished left = unfinished.get(table.oid());
    if (left != null) {
      return carriedOn(candidate, left, orders);
    }
    for (RewriteRule rule : rules) {
      Optional<WorkItem> item =
          mayConcern(rule, table) ? due(candidate, rule, orders) : Optional.empty();
      if (item.isPresent()) {
        return item;
      }
    }
    return Optional.empty();
  }

  private Optional<WorkItem> carriedOn(Candidate candidate, Unfinished left, SortOrders orders) {
    TableInfo table = candidate.table();
    if (!left.isRewrite()) {
      run.note(
          table.name()
              + " is not rewritten, because another task is converting it or a table that it is a partition of");
      return Optional.empty();
    }
    List<RewriteOptions> possible =
        rules.stream()
            .filter(rule -> !rule.ordered() || orders.of(table, rule.order()).isPresent())
            .map(rule -> rule.options(order(rule, table, orders)))
            .toList();
    return possible.stream()
        .filter(left::is)
        .findFirst()
        .or(() -> possible.stream().findFirst())
        .map(
            options ->
                item(
                    candidate,
                    candidate.findings(candidate.estimate(), Optional.empty()),
                    new CopySwapJob("an earlier run started it", options)));
  }

  private static Optional<Order> order(RewriteRule rule, TableInfo table, SortOrders orders) {
    return rule.ordered() ? orders.of(table, rule.order()) : Optional.empty();
  }

  private Optional<WorkItem> due(Candidate candidate, RewriteRule rule, SortOrders orders)
      throws SQLException {
    TableInfo table = candidate.table();
    Optional<Order> order = order(rule, table, orders);
    Findings found = candidate.findings(candidate.estimate(), order);
    if (rule.isDueForBloatOnly(found)) {
      TableBloat measured = counted.table(table, candidate.estimate().orElseThrow());
      found = candidate.findings(Optional.of(measured), order);
    }
    if (!rule.isDue(found)) {
      return Optional.empty();
    }
    if (rule.ordered() && order.isEmpty()) {
      run.problem(noOrder(rule, table));
      return Optional.empty();
    }
    String why = rule.why(found);
    if (rule.cold() && isStillWritten(candidate)) {
      run.note(
          "%s is not rewritten yet, although %s: it was written to after it was last analysed"
              .formatted(table.name(), why));
      return table.rows().changed() > 0 ? Optional.of(mark(table)) : Optional.empty();
    }
    RewriteOptions options = rule.options(order);
    return Optional.of(
        item(
            candidate,
            found,
            job(server.major(), table, order, orders.isIdentified(table), options, why)));
  }

  private static String noOrder(RewriteRule rule, TableInfo table) {
    return rule.order().isEmpty()
        ? "%s has neither a clustered index nor a primary key to order by; name an index or columns in %s"
            .formatted(table.name(), rule.orderSetting())
        : "%s has neither an index nor columns %s to order by; correct %s"
            .formatted(table.name(), rule.order().get(), rule.orderSetting());
  }

  private boolean isStillWritten(Candidate candidate) {
    return !cold.orElseThrow().isQuiet(candidate.before())
        || candidate.before().rows().written() != candidate.table().rows().written();
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

  /** A table that moves gives back all of itself to the disk it leaves. */
  private static WorkItem item(Candidate candidate, Findings found, Job job) {
    TableInfo table = candidate.table();
    long total = table.size().total();
    long reclaimable = Math.min(total, found.bloat().reclaimable());
    return new WorkItem(
        Throughput.Operation.REWRITE,
        table,
        "rewriting " + table.name(),
        candidate.misplaced() ? total : reclaimable,
        2 * total,
        total - reclaimable,
        job);
  }

  /**
   * REPACK orders by an index only, finds changed rows by the replica identity, and leaves a table
   * in its tablespace.
   */
  static Job job(
      int major,
      TableInfo table,
      Optional<Order> order,
      boolean identified,
      RewriteOptions options,
      String why) {
    boolean can =
        major >= REPACK
            && identified
            && options.tablespace().isEmpty()
            && order.filter(o -> o.index().isEmpty()).isEmpty();
    if (!can) {
      return new CopySwapJob(why, options);
    }
    return new StepJob(
        SqlStep.autocommit(
            "Rewrite %s%s: %s".formatted(table.name(), options.words(), why),
            "repack (analyze, concurrently) %s%s"
                .formatted(
                    table.name().sql(),
                    order
                        .flatMap(Order::index)
                        .map(index -> " using index " + SqlNames.quote(index))
                        .orElse(""))));
  }
}
