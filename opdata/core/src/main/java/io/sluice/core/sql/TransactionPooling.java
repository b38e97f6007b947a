package io.sluice.core.sql;

import io.sluice.core.fate.PauseStage;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/**
 * Tells a connection pooler in transaction mode, by which a session is no session: what is set in
 * it, its temporary tables, prepared statements and locks are another's the next moment. Never
 * needs two connections at once.
 */
public final class TransactionPooling {

  private static final String MARK = "sluice.session";

  /** Far longer than a server takes to end a session that was closed. */
  private static final String PATIENCE = "set local lock_timeout = '5s'";

  private TransactionPooling() {}

  /**
   * Whether a pooler stands before the server, in whatever mode: it answers the login itself, with
   * a process id of its own by which it knows whose query a cancel means.
   */
  public static boolean isPooled(Connection connection) throws SQLException {
    int told = connection.unwrap(PGConnection.class).getBackendPID();
    return told != Sql.number(connection, "select pg_backend_pid()");
  }

  /**
   * Ends a session that has set something and holds a lock, and looks in the next one whether both
   * are gone. A pooler in transaction mode keeps the server's session as it was: the next one is
   * the same, or finds it holding its lock.
   *
   * @param unpooled opens a connection whenever it is asked, and closes it when it is closed
   * @param where the name of the setting that says where the database is, for people
   * @throws PauseStage saying what to do, when sessions do not hold
   */
  public static void refuse(DataSource unpooled, String where) throws SQLException {
    String mark = UUID.randomUUID().toString();
    long lock = ThreadLocalRandom.current().nextLong();
    try (Connection first = unpooled.getConnection()) {
      set(first, mark);
      Sql.strings(first, "select pg_advisory_lock(?)", lock);
    }
    try (Connection second = unpooled.getConnection()) {
      boolean same = mark.equals(get(second));
      if (same) {
        Sql.strings(second, "select pg_advisory_unlock(?)", lock);
        set(second, "");
      }
      if (same || isHeld(second, lock)) {
        throw new PauseStage(
            where
                + " leads through a connection pooler in transaction mode, which does not keep"
                + " sessions apart. Use PostgreSQL directly, or a pool with pool_mode = session");
      }
    }
  }

  private static boolean isHeld(Connection connection, long lock) throws SQLException {
    connection.setAutoCommit(false);
    try {
      Sql.execute(connection, PATIENCE);
      Sql.strings(connection, "select pg_advisory_xact_lock(?)", lock);
      return false;
    } catch (SQLException e) {
      if (!"55P03".equals(e.getSQLState())) {
        throw e;
      }
      return true;
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  private static void set(Connection connection, String value) throws SQLException {
    Sql.strings(connection, "select set_config(?, ?, false)", MARK, value);
  }

  private static String get(Connection connection) throws SQLException {
    return Sql.one(connection, "select current_setting(?, true)", row -> row.getString(1), MARK);
  }
}
