package io.sluice.testkit;

import static io.sluice.testkit.JdbcProxies.invoke;
import static io.sluice.testkit.JdbcProxies.proxy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.sql.DataSource;

/**
 * Keeps sessions for the next who needs one, as the pool of a service does, so that what a session
 * remembers is there again: temporary tables, prepared statements. Unlike such a pool it has no
 * threads and closes at once.
 */
public final class SessionPool implements AutoCloseable {

  private final DataSource real;
  private final Deque<Connection> idle = new ArrayDeque<>();

  public SessionPool(DataSource real) {
    this.real = real;
  }

  /** Takes from the pool, and what is closed goes back to it. */
  public DataSource dataSource() {
    return proxy(
        DataSource.class,
        (self, method, arguments) ->
            method.getName().equals("getConnection") ? take() : invoke(real, method, arguments));
  }

  private synchronized Connection take() throws SQLException {
    Connection session = idle.isEmpty() ? real.getConnection() : idle.pop();
    return proxy(
        Connection.class,
        (self, method, arguments) -> {
          if (method.getName().equals("close")) {
            giveBack(session);
            return null;
          }
          return invoke(session, method, arguments);
        });
  }

  private synchronized void giveBack(Connection session) throws SQLException {
    if (!session.isClosed() && !session.getAutoCommit()) {
      session.rollback();
      session.setAutoCommit(true);
    }
    if (!session.isClosed()) {
      idle.push(session);
    }
  }

  /** Ends the sessions that nobody has. */
  @Override
  public synchronized void close() throws SQLException {
    for (Connection session : idle) {
      session.close();
    }
    idle.clear();
  }
}
