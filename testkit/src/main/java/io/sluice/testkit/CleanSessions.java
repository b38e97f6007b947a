package io.sluice.testkit;

import static io.sluice.testkit.JdbcProxies.invoke;
import static io.sluice.testkit.JdbcProxies.proxy;

import io.sluice.embedded.EmbeddedException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;

/**
 * Sessions as good as new, in a fraction of the time: what takes long is that the server starts a
 * process, which then reads the catalogue for its first statements. A session that is closed loses
 * at once whatever it had (transaction, locks, settings, temporary tables) and waits for the next
 * who opens one; one that the server has ended is not handed out again.
 *
 * <p>Unlike a new session it does not notice {@code alter database ... set} and {@code alter role
 * ... set}.
 */
final class CleanSessions {

  private static final int VALID_SECONDS = 5;
  private static final String CLOSED = "08003";

  private final DataSource real;
  private final Deque<Connection> idle = new ArrayDeque<>();

  CleanSessions(DataSource real) {
    this.real = real;
  }

  DataSource dataSource() {
    return proxy(
        DataSource.class,
        (self, method, arguments) ->
            method.getName().equals("getConnection") && arguments == null
                ? lent(take())
                : invoke(real, method, arguments));
  }

  private Connection take() throws SQLException {
    for (Connection session = poll(); session != null; session = poll()) {
      if (session.isValid(VALID_SECONDS)) {
        return session;
      }
      session.close();
    }
    return real.getConnection();
  }

  private synchronized Connection poll() {
    return idle.poll();
  }

  private Connection lent(Connection session) {
    AtomicBoolean closed = new AtomicBoolean();
    return proxy(
        Connection.class, (self, method, arguments) -> on(session, closed, method, arguments));
  }

  private Object on(Connection session, AtomicBoolean closed, Method method, Object[] arguments)
      throws Throwable {
    switch (method.getName()) {
      case "close" -> {
        if (!closed.getAndSet(true)) {
          giveBack(session);
        }
        return null;
      }
      case "isClosed" -> {
        return closed.get() || session.isClosed();
      }
      case "abort", "isValid", "hashCode", "equals", "toString" -> {}
      default -> {
        if (closed.get()) {
          throw new SQLException("the connection is closed", CLOSED);
        }
      }
    }
    return invoke(session, method, arguments);
  }

  private void giveBack(Connection session) throws SQLException {
    if (!session.isClosed() && cleaned(session)) {
      push(session);
    } else {
      session.close();
    }
  }

  private synchronized void push(Connection session) {
    idle.push(session);
  }

  /** Whether it could be: not if the server has ended it, or still works for another thread. */
  private static boolean cleaned(Connection session) {
    try {
      if (!session.getAutoCommit()) {
        session.rollback();
        session.setAutoCommit(true);
      }
      session.setReadOnly(false);
      session.setNetworkTimeout(Runnable::run, 0);
      session.clearWarnings();
      try (Statement statement = session.createStatement()) {
        statement.execute("discard all");
      }
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  /** Ends those that nobody has; others may still be opened. */
  synchronized void endIdle() {
    for (Connection session = idle.poll(); session != null; session = idle.poll()) {
      end(session);
    }
  }

  private static void end(Connection session) {
    try {
      session.close();
    } catch (SQLException e) {
      throw new EmbeddedException("cannot close a session: " + e.getMessage(), e);
    }
  }
}
