package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.copyswap.CopySwapState.Phase;
import io.sluice.pgtask.run.StepContext;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Takes away what a move made that is not carried on. */
record AbortCleanup(CopyNames names) {

  /**
   * First the triggers, under a short ACCESS EXCLUSIVE lock on the table in use, and with them the
   * word that nothing is logged any more; then the copy, which nobody uses.
   */
  void run(StepContext context) throws SQLException {
    List<String> unwatch = new ArrayList<>();
    if (context.read(c -> Sql.isTrue(c, exists()))) {
      unwatch.addAll(ChangeLog.unwatch(names));
    }
    unwatch.add(CopySwapState.to(names, Phase.REMOVED));
    context.transaction(unwatch);
    context.transaction(
        List.of(
            "drop table if exists " + names.copy().sql(),
            "drop function if exists " + names.function().sql() + "()",
            "drop table if exists " + names.log().sql(),
            "drop table if exists " + names.state().sql()));
  }

  private String exists() {
    return "select to_regclass(" + SqlNames.literal(names.table().sql()) + ") is not null";
  }
}
