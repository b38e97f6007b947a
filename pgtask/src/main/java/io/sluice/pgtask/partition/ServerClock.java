package io.sluice.pgtask.partition;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;

/** The time of a database's server, to compare ours with. */
@FunctionalInterface
public interface ServerClock {

  Instant now(Connection connection) throws SQLException;

  /** What the server itself says. */
  static ServerClock ofServer() {
    return connection ->
        Sql.one(connection, "select clock_timestamp()", row -> Sql.instant(row, 1));
  }
}
