package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.copyswap.CopySwapState.Phase;
import io.sluice.pgtask.partition.AttachLocks;
import io.sluice.pgtask.run.SqlStep;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.TaskRun;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is left to do once the copy has the table's place. The state goes with the last of it.
 *
 * @param old what the table is called now
 * @param foreignKeys that the copy got unvalidated, and the old table has still
 */
record SwapCleanup(CopyNames names, TableName old, boolean dropOld, List<ForeignKey> foreignKeys) {

  /** The table has the fence, and its parent, which others lock before it. */
  private static final String FENCED =
      """
      select format('lock table only %I.%I in access exclusive mode', n.nspname, c.relname)
      from (select inhparent, 1 from pg_inherits where inhrelid = to_regclass(?)
            union all select to_regclass(?), 2) as fenced (oid, nth)
      join pg_class c on c.oid = fenced.oid join pg_namespace n on n.oid = c.relnamespace
      order by nth
      """;

  static SwapCleanup of(CopyNames names, CopyLayout layout) {
    return new SwapCleanup(
        names,
        layout.renaming().oldTable(),
        layout.dropOld(),
        layout.foreignKeys().orElse(List.of()));
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
    List<ForeignKey> keys = run.read(c -> left(c, names, old));
    return new SwapCleanup(names, old, state.get().dropOld(), keys).run(run);
  }

  private static List<ForeignKey> left(Connection connection, CopyNames names, TableName old)
      throws SQLException {
    List<String> wanted = CopySwapState.foreignKeys(connection, names);
    if (wanted.isEmpty()) {
      return List.of();
    }
    List<TableName> tables = new ArrayList<>(IndexBuild.leaves(connection, names.table()));
    tables.add(names.table());
    tables.add(old);
    return ForeignKey.of(connection, tables).stream()
        .filter(key -> wanted.contains(key.name()))
        .toList();
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

  /** Stale rows of the old table must hold nothing, and nothing must cascade to it. */
  private boolean releaseOld(TaskRun run) throws SQLException {
    if (!run.dry() && run.read(c -> ForeignKey.of(c, List.of(old))).isEmpty()) {
      return true; // an earlier run did
    }
    List<String> sql = new ArrayList<>(ForeignKey.drop(foreignKeys, old));
    sql.add(ChangeLog.followNoMore(names));
    return run.step(SqlStep.transaction("Drop the foreign keys of the old table " + old, sql));
  }

  /** The old table, which a dry run finds under its name of now. */
  private TableName original(TaskRun run) {
    return run.dry() ? names.table() : old;
  }

  /** Dropping a table takes the triggers of its foreign keys from those they point to. */
  private List<String> lockReferenced(TaskRun run) throws SQLException {
    return run.read(c -> AttachLocks.referenced(c, original(run))).stream()
        .map(table -> "lock table only %s in access exclusive mode".formatted(table.sql()))
        .toList();
  }

  private boolean validate(TaskRun run) throws SQLException {
    boolean onPartitioned = run.read(ForeignKey::onPartitioned);
    boolean all = true;
    for (ForeignKey key : foreignKeys) {
      all &= run.step(new ForeignKeyStep(names.table(), key, onPartitioned));
    }
    return all;
  }

  boolean run(TaskRun run) throws SQLException {
    boolean referring = !foreignKeys.isEmpty();
    if ((referring && !releaseOld(run)) || !run.step(waitForOldSnapshots())) {
      return false;
    }
    String table = names.table().sql();
    List<String> log = new ArrayList<>(run.read(c -> Sql.strings(c, FENCED, table, table)));
    if (referring) { // parents before partitions, as writers lock them
      log.add("lock table %s in access exclusive mode".formatted(table));
    }
    log.add(ChangeLog.remove(names));
    log.add("drop table if exists " + names.log().sql());
    log.add("drop table if exists " + names.copy().sql());
    String state = "drop table if exists " + names.state().sql();
    if (!dropOld && !referring) {
      log.add(state);
    }
    return run.step(SqlStep.transaction("Remove the change log of " + names.table(), log))
        && (!referring || validate(run))
        && (!dropOld || dropPartitions(run))
        && (!(dropOld || referring) || run.step(last(run, state)));
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
    TableName table = original(run);
    return run.read(c -> IndexBuild.leaves(c, table)).stream()
        .filter(leaf -> !leaf.equals(table))
        .map(leaf -> run.dry() ? UnpartitionLayout.old(leaf) : leaf)
        .toList();
  }

  private Step last(TaskRun run, String state) throws SQLException {
    if (!dropOld) {
      return SqlStep.transaction("Drop the state of converting " + names.table(), List.of(state));
    }
    List<String> sql = new ArrayList<>(foreignKeys.isEmpty() ? lockReferenced(run) : List.of());
    sql.add("drop table if exists " + old.sql());
    sql.add(state);
    return SqlStep.transaction("Drop the old table " + old, sql);
  }
}
