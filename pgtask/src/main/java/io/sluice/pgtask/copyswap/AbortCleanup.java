package io.sluice.pgtask.copyswap;

import io.sluice.pgtask.copyswap.CopySwapState.Phase;
import io.sluice.pgtask.run.StepContext;
import java.sql.SQLException;
import java.util.List;

/** Takes away what a move made that is not carried on. */
record AbortCleanup(CopyNames names) {

  /**
   * First the triggers, under a short ACCESS EXCLUSIVE lock on the table in use, and with them the
   * word that nothing is logged any more; then the copy, which nobody uses.
   */
  void run(StepContext context) throws SQLException {
    context.transaction(List.of(ChangeLog.remove(names), CopySwapState.to(names, Phase.REMOVED)));
    context.transaction(
        List.of(
            "drop table if exists " + names.copy().sql(),
            "drop table if exists " + names.log().sql(),
            "drop table if exists " + names.state().sql()));
  }
}
