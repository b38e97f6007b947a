package io.sluice.pgtask.export;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * What makes values read back exactly as they were written, whatever database and role are set to:
 * intervals, floats, money and bytea have several written forms.
 *
 * <p>See https://www.postgresql.org/docs/current/runtime-config-client.html
 */
final class CopySession {

  private static final List<String> SAME_FORMS =
      List.of(
          "set local intervalstyle = 'postgres'",
          "set local extra_float_digits = 3",
          "set local bytea_output = 'hex'",
          "set local lc_monetary = 'C'",
          "set local xmloption = 'content'");

  private CopySession() {}

  /** One snapshot; names of types and functions in full; an error where policies hide rows. */
  static void beginExport(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("set transaction isolation level repeatable read");
      statement.execute("set local search_path = ''");
      statement.execute("set local row_security = off");
    }
    sameForms(connection);
  }

  static void sameForms(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : SAME_FORMS) {
        statement.execute(sql);
      }
    }
  }
}
