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

  /** Wherever they are by now: the table may have been renamed, and another have its name. */
  private static final String TRIGGERS =
      """
      select format('drop trigger if exists %%I on %%I.%%I', t.tgname, n.nspname, c.relname)
      from pg_trigger t
      join pg_class c on c.oid = t.tgrelid
      join pg_namespace n on n.oid = c.relnamespace
      where t.tgfoid = to_regprocedure(%s) and not t.tgisinternal
      order by t.tgname
      """;

  /**
   * First the triggers, under a short ACCESS EXCLUSIVE lock on the table in use, and with them the
   * word that nothing is logged any more; then the copy, which nobody uses.
   */
  void run(StepContext context) throws SQLException {
    String function = names.function().sql() + "()";
    String triggers = TRIGGERS.formatted(SqlNames.literal(function));
    List<String> unwatch = new ArrayList<>(context.read(c -> Sql.strings(c, triggers)));
    unwatch.add(CopySwapState.to(names, Phase.REMOVED));
    context.transaction(unwatch);
    context.transaction(
        List.of(
            "drop table if exists " + names.copy().sql(),
            "drop function if exists " + function,
            "drop table if exists " + names.log().sql(),
            "drop table if exists " + names.state().sql()));
  }
}
