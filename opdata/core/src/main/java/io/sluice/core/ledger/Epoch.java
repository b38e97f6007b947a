package io.sluice.core.ledger;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The number under which ids of tables, columns and names may be remembered. Whoever finds that
 * they changed raises it, and everybody looks again.
 */
public final class Epoch {

  private Epoch() {}

  public static void raise(Connection connection) throws SQLException {
    Sql.update(connection, "update sluice.meta set value = value + 1 where name = 'epoch'");
  }
}
