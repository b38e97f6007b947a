package io.sluice.bench;

import io.sluice.core.sql.Sql;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The statements that a wave took, as the server counts them. */
final class Statements {
  private static final int SHOWN_CHARACTERS = 100;
  private static final String LONGEST =
      """
      select regexp_replace(query, '\\s+', ' ', 'g'), calls, total_plan_time, total_exec_time, wal_bytes::bigint
      from pg_stat_statements s join pg_database d on d.oid = s.dbid
      where d.datname = ? and s.userid <> ?::regrole order by total_plan_time + total_exec_time desc limit ?
      """;

  private Statements() {}

  /** Counts from here on. */
  static void forget(Warehouse warehouse) throws SQLException {
    try (Connection connection = warehouse.server().getConnection()) {
      Sql.execute(connection, "select pg_stat_statements_reset()");
    }
  }

  /** Those that took longest since the last wave began. */
  static void print(Warehouse warehouse, int longest, long files, PrintStream out)
      throws SQLException {
    Table table = new Table("statement", "a file", "planning ms/file", "ms/file", "WAL KB/file");
    try (Connection connection = warehouse.server().getConnection()) {
      Sql.list(
              connection,
              LONGEST,
              row ->
                  List.of(
                      text(row.getString(1)),
                      Table.number(row.getDouble(2) / files),
                      Table.number(row.getDouble(3) / files),
                      Table.number(row.getDouble(4) / files),
                      Table.number(row.getDouble(5) / 1e3 / files)),
              warehouse.name(),
              Warehouse.ROLE,
              longest)
          .forEach(table::add);
    }
    table.print(out);
  }

  private static String text(String query) {
    String text = query.strip().replace('|', '/');
    return text.substring(0, Math.min(text.length(), SHOWN_CHARACTERS));
  }
}
