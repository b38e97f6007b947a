package io.sluice.pgtask.copyswap;

import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.copyswap.CopySwapState.Phase;
import io.sluice.pgtask.run.SqlStep;
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

  static SwapCleanup of(CopyNames names, CopyLayout layout) {
    return new SwapCleanup(names, layout.renaming().oldTable(), layout.dropOld());
  }

  /** If a run before, of whatever kind, changed places and was killed then. */
  static void afterEarlierRun(TaskRun run, CopyNames names) throws SQLException {
    Optional<CopySwapState> state = run.read(c -> CopySwapState.read(c, names));
    if (state.isPresent() && state.get().phase() == Phase.SWAPPED) {
      TableName old = names.table().sibling(state.get().old());
      new SwapCleanup(names, old, state.get().dropOld()).run(run);
    }
  }

  void run(TaskRun run) {
    List<String> sql = new ArrayList<>();
    sql.add("drop function if exists " + names.function().sql() + "()");
    sql.add("drop table if exists " + names.log().sql());
    sql.add("drop table if exists " + names.copy().sql());
    if (!dropOld) {
      sql.add("drop table if exists " + names.state().sql());
    }
    run.step(SqlStep.transaction("Remove the change log of " + names.table(), sql));
    if (dropOld) {
      run.step(
          SqlStep.transaction(
              "Drop the old table " + old,
              List.of(
                  "drop table if exists " + old.sql(),
                  "drop table if exists " + names.state().sql())));
    }
  }
}
