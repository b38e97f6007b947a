package io.sluice.pgtask.export;

import io.sluice.core.sql.Sql;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Which database of which server this is, so that two of them never overwrite each other's exports.
 *
 * @param server its system identifier, or empty where the role may not ask
 */
record DatabaseIdentity(String database, String server) {

  /** See https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-CONTROLDATA */
  static DatabaseIdentity read(Connection connection) throws SQLException {
    String sql =
        """
        select current_database(),
          has_function_privilege('pg_catalog.pg_control_system()', 'execute')
        """;
    return Sql.one(
        connection,
        sql,
        row -> new DatabaseIdentity(row.getString(1), row.getBoolean(2) ? server(connection) : ""));
  }

  private static String server(Connection connection) throws SQLException {
    String sql = "select system_identifier from pg_catalog.pg_control_system()";
    return Sql.one(connection, sql, row -> row.getString(1));
  }

  /**
   * @throws ExportException if the export that lies there is another database's
   */
  void mustBe(Manifest earlier, URI to) throws ExportException {
    if (!equals(new DatabaseIdentity(earlier.database(), earlier.server()))) {
      throw new ExportException(
          ("%s holds %s.%s of database %s of another server or name; give each database a location of"
                  + " its own in export:")
              .formatted(to, earlier.schema(), earlier.partition(), earlier.database()));
    }
  }
}
