package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.copyswap.CopySwapState.Phase;
import io.sluice.pgtask.run.SqlStep;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.TaskRun;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is left to do once the copy has the table's place. The state goes with the last of it.
 *
 * @param old what the table is called now
 */
record SwapCleanup(CopyNames names, TableName old, boolean dropOld) {

  /** The table has the fence, and its parent, which others lock before it. */
  private static final String FENCED =
      """
      select format('lock table only %I.%I in access exclusive mode', n.nspname, c.relname)
      from (select inhparent, 1 from pg_inherits where inhrelid = to_regclass(?)
            union all select to_regclass(?), 2) as fenced (oid, nth)
      join pg_class c on c.oid = fenced.oid join pg_namespace n on n.oid = c.relnamespace
      order by nth
      """;

  /** Dropping a table takes the triggers of its foreign keys from those they point to. */
  private static final String REFERENCED =
      """
      select distinct format('lock table only %I.%I in access exclusive mode', n.nspname, c.relname)
      from pg_constraint k join pg_class c on c.oid = k.confrelid join pg_namespace n on n.oid = c.relnamespace
      where k.contype = 'f' and k.confrelid <> k.conrelid and k.conrelid = coalesce(to_regclass(?), to_regclass(?))
      order by 1
      """;

  static SwapCleanup of(CopyNames names, CopyLayout layout) {
    return new SwapCleanup(names, layout.renaming().oldTable(), layout.dropOld());
  }

  /**
   * If a run before, of whatever kind, changed places and was killed then.
   *
   * @return whether nothing is left now
   */
  static boolean afterEarlierRun(TaskRun run, CopyNames names) throws SQLException {
    Optional<CopySwapState> state = run.read(c -> CopySwapState.read(c, names));
    if (state.isEmpty() || state.get().phase() != Phase.SWAPPED) {
      return true;
    }
    TableName old = names.table().sibling(state.get().old());
    return new SwapCleanup(names, old, state.get().dropOld()).run(run);
  }

  /**
   * {@link ChangeLog#fence} is needed until they have ended. To build an index concurrently waits
   * for them, whosever they are, which no role can ask for otherwise.
   */
  private Step waitForOldSnapshots() {
    return SqlStep.autocommit(
        "Wait for transactions that began before %s was swapped".formatted(names.table()),
        "create index concurrently on %s (phase)".formatted(names.state().sql()));
  }

  boolean run(TaskRun run) throws SQLException {
    if (!run.step(waitForOldSnapshots())) {
      return false;
    }
    String table = names.table().sql();
    List<String> log = new ArrayList<>(run.read(c -> Sql.strings(c, FENCED, table, table)));
    log.add(ChangeLog.remove(names));
    log.add("drop table if exists " + names.log().sql());
    log.add("drop table if exists " + names.copy().sql());
    String state = "drop table if exists " + names.state().sql();
    if (!dropOld) {
      log.add(state);
    }
    return run.step(SqlStep.transaction("Remove the change log of " + names.table(), log))
        && (!dropOld || (dropPartitions(run) && run.step(dropOld(run, state))));
  }

  /** One at a time: the locks of thousands would not fit one transaction. */
  private boolean dropPartitions(TaskRun run) throws SQLException {
    String[] drops =
        partitions(run).stream()
            .map(partition -> "drop table if exists " + partition.sql())
            .toArray(String[]::new);
    return drops.length == 0
        || run.step(SqlStep.autocommit("Drop the partitions of the old table " + old, drops));
  }

  /** Of the old table; a dry run finds them at the table, under their names of now. */
  private List<TableName> partitions(TaskRun run) throws SQLException {
    TableName table = run.dry() ? names.table() : old;
    return run.read(c -> IndexBuild.leaves(c, table)).stream()
        .filter(leaf -> !leaf.equals(table))
        .map(leaf -> run.dry() ? UnpartitionLayout.old(leaf) : leaf)
        .toList();
  }

  private Step dropOld(TaskRun run, String state) throws SQLException {
    List<String> sql =
        new ArrayList<>(run.read(c -> Sql.strings(c, REFERENCED, old.sql(), names.table().sql())));
    sql.add("drop table if exists " + old.sql());
    sql.add(state);
    return SqlStep.transaction("Drop the old table " + old, sql);
  }
}
