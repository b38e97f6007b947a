package io.sluice.pgtask.partition;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;

/** The time of a database's server, to compare ours with. */
@FunctionalInterface
public interface ServerClock {

  Instant now(Connection connection) throws SQLException;

  /** What the server itself says. */
  static ServerClock ofServer() {
    return connection -> {
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("select clock_timestamp()")) {
        row.next();
        return row.getObject(1, OffsetDateTime.class).toInstant();
      }
    };
  }
}
