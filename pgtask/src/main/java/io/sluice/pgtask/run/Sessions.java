package io.sluice.pgtask.run;

import io.sluice.core.ledger.Transactions.Body;
import io.sluice.pgtask.task.Limits;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run's connections to its database: never more than its limit, each with its timeouts, all of
 * them cancelled at once when asked.
 *
 * <p>See https://www.postgresql.org/docs/current/runtime-config-client.html
 */
final class Sessions {

  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

  /** Opens a connection, of a pool or not. */
  @FunctionalInterface
  interface Connections {
    Connection open() throws SQLException;
  }

  private final Connections connections;
  private final Limits limits;
  private final String application;
  private final Semaphore permits;
  private final Supplier<Duration> longest;
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();

  Sessions(Connections connections, Limits limits, String task) {
    this(connections, limits, task, limits::statementTimeout);
  }

  /**
   * @param longest how long a statement may run that begins now, at most
   */
  Sessions(Connections connections, Limits limits, String task, Supplier<Duration> longest) {
    this.connections = connections;
    this.limits = limits;
    this.longest = longest;
    this.application = "sluice task " + task;
    this.permits = new Semaphore(limits.connections(), true);
  }

  /** Waits while the limit is reached. */
  Connection open() throws SQLException {
    permits.acquireUninterruptibly();
    try {
      Connection connection = connections.open();
      try {
        prepare(connection);
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
      open.add(connection);
      return new Session(connection, () -> release(connection)).proxy();
    } catch (SQLException | RuntimeException e) {
      permits.release();
      throw e;
    }
  }

  private void release(Connection connection) {
    open.remove(connection);
    permits.release();
  }

  private void prepare(Connection connection) throws SQLException {
    connection.setAutoCommit(true);
    connection.setClientInfo("ApplicationName", application);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          set lock_timeout = %d;
          set statement_timeout = %d;
          set idle_in_transaction_session_timeout = 0;
          set client_connection_check_interval = '5s';
          set timezone = 'UTC';
          set datestyle = 'ISO';
          set synchronous_commit = on;
          set default_transaction_read_only = off"""
              .formatted(limits.lockTimeout().toMillis(), longest.get().toMillis()));
    }
  }

  <T> T transaction(Body<T> body, boolean readOnly) throws SQLException {
    try (Connection connection = open()) {
      connection.setAutoCommit(false);
      connection.setReadOnly(readOnly);
      try {
        T result = body.run(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        rollback(connection, e);
        throw e;
      } finally {
        reset(connection);
      }
    }
  }

  private static void rollback(Connection connection, Exception cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private static void reset(Connection connection) throws SQLException {
    if (!connection.isClosed()) {
      connection.setReadOnly(false);
      connection.setAutoCommit(true);
    }
  }

  void alone(String sql) throws SQLException {
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Asks the server to break off whatever these connections run. */
  void cancel() {
    for (Connection connection : open) {
      try {
        connection.unwrap(PGConnection.class).cancelQuery();
      } catch (SQLException e) {
        LOG.warn("A statement could not be cancelled: {}", e.getMessage());
      }
    }
  }
}
