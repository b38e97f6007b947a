package io.sluice.pgtask.run;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions.Body;
import io.sluice.pgtask.task.Limits;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run's connections to its database: never more than its limit, each with its timeouts, all of
 * them cancelled at once when asked. What a session was set to before is forgotten when it is
 * opened, so nothing is handed from one run to the next; see {@link SessionSettings}.
 *
 * <p>A session bears the name of its run before the run's lease is looked at, and whoever takes a
 * run over ends the sessions that bear its name: so no process that slept meanwhile writes on.
 */
final class Sessions {

  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);
  private static final long LOOK_MILLIS = 200;

  /** Opens a connection, of a pool or not. */
  @FunctionalInterface
  interface Connections {
    Connection open() throws SQLException;
  }

  /**
   * A connection in use.
   *
   * @param lasting whether until somebody closes it, and not for one transaction
   */
  private record Held(Connection connection, Thread by, boolean lasting) {}

  private final Connections connections;
  private final Limits limits;
  private final String application;
  private final Runnable checkHeld;
  private final Runnable checkNotEnded;
  private final Supplier<SessionSettings.Wanted> wanted;
  private final Semaphore permits;
  private final List<Held> open = new ArrayList<>();

  /** Those that this run only read with since they were set, and what for. */
  private final Map<PGConnection, SessionSettings.Wanted> set =
      Collections.synchronizedMap(new WeakHashMap<>());

  /** Held while a cancel is sent, so that a connection it means is not lent to another run yet. */
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * @param application as the server shows the sessions; at most 63 bytes count
   * @param checkHeld called before anything is written; throws if another process has taken over
   * @param checkNotEnded called while the limit makes somebody wait; throws to end the wait
   * @param wanted of a session that is opened now
   */
  Sessions(
      Connections connections,
      Limits limits,
      String application,
      Runnable checkHeld,
      Runnable checkNotEnded,
      Supplier<SessionSettings.Wanted> wanted) {
    this.connections = connections;
    this.limits = limits;
    this.wanted = wanted;
    this.application = application;
    this.checkHeld = checkHeld;
    this.checkNotEnded = checkNotEnded;
    this.permits = new Semaphore(limits.connections(), true);
  }

  /** Sessions in which nothing is written. */
  static Sessions toRead(
      Connections connections, Limits limits, String application, Runnable checkNotEnded) {
    return new Sessions(
        connections,
        limits,
        application,
        () -> {},
        checkNotEnded,
        () -> new SessionSettings.Wanted(limits.statementTimeout(), true));
  }

  /** One to write with; waits while the limit is reached. */
  Connection open() throws SQLException {
    return open(false, true);
  }

  private Connection open(boolean toRead, boolean lasting) throws SQLException {
    acquire();
    boolean opened = false;
    try {
      Connection connection = prepared(toRead);
      add(new Held(connection, Thread.currentThread(), lasting));
      opened = true;
      return new Session(connection, () -> close(connection)).proxy();
    } finally {
      if (!opened) {
        permits.release();
      }
    }
  }

  private void acquire() throws SQLException {
    try {
      while (!permits.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        checkNotEnded.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted while it waited for a connection", "57014", e);
    }
  }

  private Connection prepared(boolean toRead) throws SQLException {
    Connection connection = opened();
    try {
      prepare(connection, toRead);
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * Waits while others have all connections of the database, unless one is held meanwhile that does
   * not come back without this one: two runs that did so would wait for each other for ever.
   */
  private Connection opened() throws SQLException {
    while (true) {
      try {
        return connections.open();
      } catch (SQLTransientConnectionException e) {
        if (e.getCause() instanceof SQLException cause) {
          throw cause; // the pool only says that it waited
        }
        if (e.getCause() != null || holds()) {
          throw e;
        }
        checkNotEnded.run();
      }
    }
  }

  private boolean holds() {
    lock.lock();
    try {
      return open.stream().anyMatch(held -> held.lasting || held.by == Thread.currentThread());
    } finally {
      lock.unlock();
    }
  }

  private void add(Held held) {
    lock.lock();
    try {
      open.add(held);
    } finally {
      lock.unlock();
    }
  }

  private void close(Connection connection) throws SQLException {
    if (remove(connection)) {
      try {
        connection.close();
      } finally {
        permits.release();
      }
    }
  }

  private boolean remove(Connection connection) {
    lock.lock();
    try {
      return open.removeIf(held -> held.connection == connection);
    } finally {
      lock.unlock();
    }
  }

  private void prepare(Connection connection, boolean toRead) throws SQLException {
    connection.setAutoCommit(true);
    SessionSettings.Wanted settings = wanted.get();
    PGConnection session = connection.unwrap(PGConnection.class);
    boolean mine = SessionSettings.isNamed(session, application);
    if (!settings.equals(set.remove(session)) || !mine) {
      SessionSettings.set(connection, limits.lockTimeout(), settings, application);
    }
    if (toRead) {
      set.put(session, settings);
    } else {
      checkHeld.run();
    }
  }

  <T> T transaction(Body<T> body, boolean readOnly) throws SQLException {
    try (Connection connection = open(readOnly, false)) {
      connection.setReadOnly(readOnly);
      connection.setAutoCommit(false);
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
      connection.setAutoCommit(true);
      connection.setReadOnly(false);
    }
  }

  void autocommit(String sql) throws SQLException {
    try (Connection connection = open(false, false)) {
      Sql.execute(connection, sql);
    }
  }

  /** Asks the server to break off whatever these connections run. */
  void cancel() {
    lock.lock();
    try {
      open.forEach(held -> cancel(held.connection));
    } finally {
      lock.unlock();
    }
  }

  private static void cancel(Connection connection) {
    try {
      connection.unwrap(PGConnection.class).cancelQuery();
    } catch (SQLException e) {
      LOG.warn("A statement could not be cancelled: {}", e.getMessage());
    }
  }
}
