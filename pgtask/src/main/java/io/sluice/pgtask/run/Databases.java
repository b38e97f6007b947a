package io.sluice.pgtask.run;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The databases that tasks name. */
@FunctionalInterface
public interface Databases {

  /**
   * Connections to a database, never more than it allows.
   *
   * @throws UnknownDatabaseException if none of this name is declared
   */
  DataSource get(String name);

  /**
   * Opens a connection of its own whenever it is asked, beside the pool, for a look at whether
   * sessions hold; one at a time.
   *
   * @throws UnknownDatabaseException if none of this name is declared
   */
  default DataSource unpooled(String name) {
    return get(name);
  }

  /** Closes a connection for good: not even a pool keeps its session. */
  default void end(String name, Connection connection) throws SQLException {
    connection.close();
  }
}
