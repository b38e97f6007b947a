package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.copyswap.MoveState.Phase;
import io.sluice.pgtask.run.Work;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Takes away what a move made that is not carried on. */
record Removal(CopyNames names) {

  /**
   * First the triggers, under a short ACCESS EXCLUSIVE lock on the table in use, and with them the
   * word that nothing is logged any more; then the copy, which nobody uses.
   */
  void run(Work work) throws SQLException {
    List<String> unwatch = new ArrayList<>();
    if (work.read(c -> Sql.is(c, exists()))) {
      unwatch.addAll(ChangeLog.unwatch(names));
    }
    unwatch.add(MoveState.to(names, Phase.REMOVED));
    work.transaction(unwatch);
    work.transaction(
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
