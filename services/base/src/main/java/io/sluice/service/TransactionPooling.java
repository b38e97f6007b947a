package io.sluice.service;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Tells a connection pooler in transaction mode, by which a session is no session: loads keep
 * temporary tables and prepared statements in theirs.
 */
final class TransactionPooling {
  private static final String MARK = "sluice.session";

  private TransactionPooling() {}

  /**
   * @throws PauseStage saying what to do, when sessions do not hold
   */
  static void refuse(DataSource database) throws SQLException {
    try (Connection first = database.getConnection();
        Connection second = database.getConnection()) {
      String mark = UUID.randomUUID().toString();
      set(first, mark);
      // A pooler lends the server session that was used last to whoever asks next.
      boolean leaked = mark.equals(get(second));
      boolean lost = !mark.equals(get(first));
      set(first, "");
      if (leaked || lost) {
        throw new PauseStage(
            "sluice.database.url leads through a connection pooler in transaction mode, which does"
                + " not keep sessions apart. Use PostgreSQL directly, or a pool with pool_mode ="
                + " session");
      }
    }
  }

  private static void set(Connection connection, String value) throws SQLException {
    Sql.strings(connection, "select set_config(?, ?, false)", MARK, value);
  }

  private static String get(Connection connection) throws SQLException {
    return Sql.one(connection, "select current_setting(?, true)", row -> row.getString(1), MARK);
  }
}
