package io.sluice.pgtask.export;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.ServerIdentity;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Which database of which server this is, so that two of them never overwrite each other's exports.
 *
 * @param server its system identifier, or empty where the role may not ask
 */
record DatabaseIdentity(String database, String server) {

  static DatabaseIdentity read(Connection connection) throws SQLException {
    return new DatabaseIdentity(
        Sql.one(connection, "select current_database()", row -> row.getString(1)),
        ServerIdentity.read(connection).system());
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
