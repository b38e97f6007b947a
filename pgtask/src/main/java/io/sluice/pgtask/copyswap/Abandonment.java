package io.sluice.pgtask.copyswap;

import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.copyswap.CopySwapState.Phase;
import io.sluice.pgtask.run.SqlStep;
import io.sluice.pgtask.run.TaskKind;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.AbandonSpec;
import java.sql.SQLException;
import java.util.List;

/** Removes rewrites that nobody is to carry on; one that has changed places already is finished. */
public final class Abandonment implements TaskKind<AbandonSpec> {

  @Override
  public void run(AbandonSpec spec, TaskRun run) throws SQLException {
    for (String table : spec.tables()) {
      abandon(TableName.parse(table), run);
    }
    spec.why().ifPresent(run::problem);
  }

  private static void abandon(TableName table, TaskRun run) throws SQLException {
    CopyNames names = new CopyNames(table);
    if (run.read(c -> CopySwapState.read(c, names))
        .filter(state -> state.phase() == Phase.SWAPPED)
        .isPresent()) {
      SwapCleanup.afterEarlierRun(run, names);
      return;
    }
    AbortCleanup cleanup = new AbortCleanup(names);
    List<String> silence = run.read(cleanup::silence);
    List<String> unwatch = run.read(cleanup::unwatch);
    List<String> drops = run.read(cleanup::drops);
    boolean silent =
        silence.isEmpty()
            || run.step(SqlStep.transaction("Log no more changes of " + table, silence));
    if (silent
        && run.step(
            SqlStep.transaction("Remove the triggers of the rewrite of " + table, unwatch))) {
      run.step(
          SqlStep.autocommit(
              "Drop the copy and the change log of " + table, drops.toArray(String[]::new)));
    }
  }
}
