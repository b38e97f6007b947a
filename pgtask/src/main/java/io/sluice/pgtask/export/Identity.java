package io.sluice.pgtask.export;

import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Which database of which server this is, so that two of them never overwrite each other's exports.
 *
 * @param server its system identifier, or empty where the role may not ask
 */
record Identity(String database, String server) {

  /** See https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-CONTROLDATA */
  static Identity read(Connection connection) throws SQLException {
    String sql =
        """
        select current_database(),
          has_function_privilege('pg_catalog.pg_control_system()', 'execute')
        """;
    try (Statement statement = connection.createStatement()) {
      String database;
      boolean allowed;
      try (ResultSet row = statement.executeQuery(sql)) {
        row.next();
        database = row.getString(1);
        allowed = row.getBoolean(2);
      }
      if (!allowed) {
        return new Identity(database, "");
      }
      try (ResultSet row =
          statement.executeQuery("select system_identifier from pg_catalog.pg_control_system()")) {
        row.next();
        return new Identity(database, row.getString(1));
      }
    }
  }

  /**
   * @throws ExportException if the export that lies there is another database's
   */
  void mustBe(Manifest earlier, URI to) throws ExportException {
    if (!equals(new Identity(earlier.database(), earlier.server()))) {
      throw new ExportException(
          ("%s holds %s.%s of database %s of another server or name; give each database a place of"
                  + " its own in export:")
              .formatted(to, earlier.schema(), earlier.partition(), earlier.database()));
    }
  }
}
