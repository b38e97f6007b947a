package io.sluice.pgtask.export;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
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
    Sql.execute(
        connection,
        List.of(
            "set transaction isolation level repeatable read",
            "set local search_path = ''",
            "set local row_security = off"));
    sameForms(connection);
  }

  static void sameForms(Connection connection) throws SQLException {
    Sql.execute(connection, SAME_FORMS);
  }
}
