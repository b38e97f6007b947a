package io.sluice.loader;

import io.sluice.core.chunk.Column;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
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
    Ddl.execute(connection, "drop table if exists " + temp);
    dropOldest(connection);
    Ddl.execute(
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
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      List<Column> columns = group.columns();
      query.setArray(1, LoadLedger.array(connection, "text", columns, Column::name));
      query.setArray(
          2, LoadLedger.array(connection, "bigint", columns, c -> (long) c.type().oid()));
      query.setString(3, "pg_temp." + name(group.table()));
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return row.getInt(1) == columns.size();
      }
    }
  }

  /** All columns of the target, so that other column lists fit as well. */
  private static List<String> columns(Connection connection, CopyGroup group) throws SQLException {
    String sql =
        """
        select quote_ident(attname) || ' ' || format_type(atttypid, atttypmod) from pg_attribute
        where attrelid = ?::regclass and attnum > 0 and not attisdropped order by attnum
        """;
    List<String> columns = new ArrayList<>();
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setString(1, group.table().qualified());
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          columns.add(rows.getString(1));
        }
      }
    }
    columns.add("_present bytea");
    columns.add("_rank int");
    return columns;
  }

  private void dropOldest(Connection connection) throws SQLException {
    String sql =
        """
        select relname from pg_class where relnamespace = pg_my_temp_schema() and relkind = 'r'
          and starts_with(relname, 'sluice_in_') order by oid desc offset ?
        """;
    List<String> old = new ArrayList<>();
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setInt(1, Math.max(0, limit - 1));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          old.add("pg_temp." + SqlNames.quote(rows.getString(1)));
        }
      }
    }
    if (!old.isEmpty()) {
      Ddl.execute(connection, "drop table " + String.join(", ", old));
    }
  }
}
