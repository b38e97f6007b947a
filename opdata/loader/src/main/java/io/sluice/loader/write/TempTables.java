package io.sluice.loader.write;

import io.sluice.core.chunk.Column;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.loader.table.TargetTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Temporary tables for merging: one per connection and target, made once, emptied by each commit,
 * so that the system catalogue does not grow with every batch. What is there is asked of the
 * database, since behind a pooler connections change.
 */
final class TempTables {

  private final int limit;

  TempTables(int limit) {
    this.limit = limit;
  }

  static String name(TargetTable table) {
    return "sluice_in_" + table.id();
  }

  /** Makes the table where it is missing or lacks a column of the group. */
  void make(Connection connection, CopyGroup group, String temp) throws SQLException {
    if (fits(connection, group)) {
      return;
    }
    Sql.execute(connection, "drop table if exists " + temp);
    dropOldest(connection);
    Sql.execute(
        connection,
        "create temporary table %s (%s) on commit delete rows"
            .formatted(
                SqlNames.quote(name(group.table())),
                String.join(", ", columns(connection, group))));
  }

  private static boolean fits(Connection connection, CopyGroup group) throws SQLException {
    String sql =
        """
        select count(*) from unnest(?::text[], ?::bigint[]) as w (col, type)
        join pg_attribute a on a.attrelid = to_regclass(?) and a.attname = w.col and a.atttypid::bigint = w.type
        """;
    List<Column> columns = group.columns();
    long fitting =
        Sql.number(
            connection,
            sql,
            Sql.array("text", columns, Column::name),
            Sql.array("bigint", columns, c -> (long) c.type().oid()),
            "pg_temp." + name(group.table()));
    return fitting == columns.size();
  }

  /** All columns of the target, so that other column lists fit as well. */
  private static List<String> columns(Connection connection, CopyGroup group) throws SQLException {
    String sql =
        """
        select quote_ident(attname) || ' ' || format_type(atttypid, atttypmod) from pg_attribute
        where attrelid = ?::regclass and attnum > 0 and not attisdropped order by attnum
        """;
    List<String> columns = new ArrayList<>(Sql.strings(connection, sql, group.table().qualified()));
    columns.add(MergeSql.PRESENT + " bytea");
    columns.add("_rank int");
    return columns;
  }

  private void dropOldest(Connection connection) throws SQLException {
    String sql =
        """
        select relname from pg_class where relnamespace = pg_my_temp_schema() and relkind = 'r'
          and starts_with(relname, 'sluice_in_') order by oid desc offset ?
        """;
    List<String> old =
        Sql.list(
            connection,
            sql,
            row -> "pg_temp." + SqlNames.quote(row.getString(1)),
            Math.max(0, limit - 1));
    if (!old.isEmpty()) {
      Sql.execute(connection, "drop table " + String.join(", ", old));
    }
  }
}
