package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.StepContext;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes away what a move made that is not carried on. First nothing is logged any more, which needs
 * no lock on the table; then the triggers go, under a short ACCESS EXCLUSIVE lock, and with them
 * the state; then what nobody uses. Each part bears that it, or any other, is gone already.
 */
record AbortCleanup(CopyNames names) {

  private static final String LOGS =
      "select pg_get_function_result(to_regprocedure(%1$s)) = 'trigger'";

  /**
   * Wherever they are by now: the table may have been renamed, and another have its name. Those of
   * its partitions go with them.
   */
  private static final String TRIGGERS =
      """
      select format('drop trigger if exists %%I on %%I.%%I', t.tgname, n.nspname, c.relname)
      from pg_trigger t
      join pg_class c on c.oid = t.tgrelid
      join pg_namespace n on n.oid = c.relnamespace
      where t.tgfoid = to_regprocedure(%s) and not t.tgisinternal and t.tgparentid = 0
      order by t.tgname
      """;

  void run(StepContext context) throws SQLException {
    context.transaction(context.read(this::silence));
    context.transaction(context.read(this::unwatch));
    for (String drop : context.read(this::drops)) {
      context.autocommit(drop);
    }
  }

  private String function() {
    return names.function().sql() + "()";
  }

  /** So the log grows no more, even if the triggers' lock cannot be had. */
  List<String> silence(Connection connection) throws SQLException {
    boolean there = Sql.isTrue(connection, LOGS.formatted(SqlNames.literal(function())));
    return there
        ? List.of(
            "create or replace function %s returns trigger language plpgsql as 'begin return null; end'"
                .formatted(function()))
        : List.of();
  }

  /** Without a state nothing is carried on. */
  List<String> unwatch(Connection connection) throws SQLException {
    List<String> sql =
        new ArrayList<>(Sql.strings(connection, TRIGGERS.formatted(SqlNames.literal(function()))));
    sql.add("drop table if exists " + names.state().sql());
    return sql;
  }

  /** A partition at a time: the locks of thousands would not fit one transaction. */
  List<String> drops(Connection connection) throws SQLException {
    List<String> sql = new ArrayList<>();
    for (TableName table : List.of(names.copy(), names.rest(), names.log())) {
      if (Sql.isTrue(
          connection,
          "select to_regclass(%s) is not null".formatted(SqlNames.literal(table.sql())))) {
        IndexBuild.leaves(connection, table)
            .forEach(leaf -> sql.add("drop table if exists " + leaf.sql()));
        sql.add("drop table if exists " + table.sql());
      }
    }
    sql.add("drop function if exists " + function());
    return sql.stream().distinct().toList();
  }
}
