package io.sluice.pgtask.run;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.sql.TransactionPooling;
import java.sql.Connection;
import java.sql.SQLException;

/** The database of one run, which at the first connection proves to keep sessions apart. */
final class TaskDatabase implements Sessions.Connections {

  private final Databases databases;
  private final String name;
  private volatile boolean proven;

  TaskDatabase(Databases databases, String name) {
    this.databases = databases;
    this.name = name;
  }

  /**
   * @throws PauseStage when a pooler mixes sessions
   */
  @Override
  public Connection open() throws SQLException {
    Connection connection = databases.get(name).getConnection();
    if (proven) {
      return connection;
    }
    if (isPooled(connection)) {
      databases.end(name, connection); // a pooler of one session has no second one meanwhile
      TransactionPooling.refuse(databases.unpooled(name), "the url of database " + name);
      connection = databases.get(name).getConnection();
    }
    proven = true;
    return connection;
  }

  private static boolean isPooled(Connection connection) throws SQLException {
    try {
      return TransactionPooling.isPooled(connection);
    } catch (SQLException | RuntimeException e) {
      close(connection, e);
      throw e;
    }
  }

  /** What went wrong first is what counts. */
  private static void close(Connection connection, Exception cause) {
    try {
      connection.close();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }
}
