package io.sluice.testkit;

import static io.sluice.testkit.JdbcProxies.invoke;
import static io.sluice.testkit.JdbcProxies.proxy;

import io.sluice.testkit.JdbcCall.Kind;
import java.io.PrintWriter;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * A data source around a real one to which a test does, by a plan, what happens to databases and
 * processes: before or after the n-th call of a kind it fails, loses its connection, dies with the
 * process, waits, or lets the test do something of its own.
 *
 * <pre>{@code
 * FaultyDataSource faulty = new FaultyDataSource(database.dataSource());
 * faulty.before(JdbcCall.COMMIT, 1, FaultyDataSource.failure("08006", "gone"));
 * faulty.before(JdbcCall.statement("insert into .*"), 3, faulty.lostConnection());
 * faulty.after(JdbcCall.WORK, n, faulty.death());
 * }</pre>
 */
public final class FaultyDataSource implements DataSource {

  /** Happens at a call, in its thread; what it throws the caller gets. */
  @FunctionalInterface
  public interface Fault {
    void strike(JdbcCall call) throws SQLException;
  }

  /** A fault that was planned. */
  public static final class Planned {
    private final boolean before;
    private final Predicate<JdbcCall> what;
    private final Fault fault;
    private final boolean each;
    private final AtomicInteger left;

    /**
     * @param nth 0 for each
     */
    private Planned(boolean before, Predicate<JdbcCall> what, int nth, Fault fault) {
      this.before = before;
      this.what = what;
      this.fault = fault;
      this.each = nth == 0;
      this.left = new AtomicInteger(nth);
    }

    /** Whether its moment has come. */
    public boolean struck() {
      return left.get() <= 0;
    }

    private void look(boolean isBefore, JdbcCall call) throws SQLException {
      if (before == isBefore && what.test(call) && (left.decrementAndGet() == 0 || each)) {
        fault.strike(call);
      }
    }
  }

  private static final String GONE = "08006";
  private static final int SECONDS = 30;

  private final DataSource real;
  private final List<Planned> plan = new CopyOnWriteArrayList<>();

  /** Open connections, with the process ids of their backends. */
  private final Map<Connection, Integer> open = new ConcurrentHashMap<>();

  private volatile boolean dead;

  public FaultyDataSource(DataSource real) {
    this.real = real;
  }

  /**
   * Before the call is passed on.
   *
   * @param nth such call from now, from 1; later ones are left alone
   */
  public Planned before(Predicate<JdbcCall> what, int nth, Fault fault) {
    return add(new Planned(true, what, nth, fault));
  }

  /** After the call has succeeded. */
  public Planned after(Predicate<JdbcCall> what, int nth, Fault fault) {
    return add(new Planned(false, what, nth, fault));
  }

  /** Before each such call from now is passed on. */
  public Planned beforeEach(Predicate<JdbcCall> what, Fault fault) {
    return before(what, 0, fault);
  }

  /** After each such call from now that has succeeded. */
  public Planned afterEach(Predicate<JdbcCall> what, Fault fault) {
    return after(what, 0, fault);
  }

  private Planned add(Planned planned) {
    plan.add(planned);
    return planned;
  }

  /** Whether any fault of the plan has happened. */
  public boolean struck() {
    return plan.stream().anyMatch(Planned::struck);
  }

  /** Forgets the plan; a process that died begins again. */
  public void heal() {
    plan.clear();
    dead = false;
  }

  /** The call fails. */
  public static Fault failure(String sqlState, String message) {
    return call -> {
      throw new SQLException(message, sqlState);
    };
  }

  /** The call waits for the latch, and fails if that takes longer than half a minute. */
  public static Fault delay(CountDownLatch until) {
    return call -> {
      try {
        if (!until.await(SECONDS, TimeUnit.SECONDS)) {
          throw new SQLException("the test's latch was not released", "57014");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SQLException("interrupted", "57014", e);
      }
    };
  }

  /** The server's process for this session ends, as after kill; others go on, new ones too. */
  public Fault lostConnection() {
    return call -> terminate(open.get(call.connection()));
  }

  /** The client's process ends, as after kill -9: all its sessions do, and it gets no new ones. */
  public Fault death() {
    return call -> {
      dead = true;
      for (Map.Entry<Connection, Integer> session : open.entrySet()) {
        terminate(session.getValue());
        session.getKey().abort(Runnable::run);
      }
      throw gone();
    };
  }

  private static SQLException gone() {
    return new SQLException("the process was killed", GONE);
  }

  /** Waits until the backend is gone, and its locks with it. */
  private void terminate(int pid) throws SQLException {
    try (Connection other = real.getConnection()) {
      number(
          other,
          "select pg_terminate_backend(%d, %d)::int"
              .formatted(pid, TimeUnit.SECONDS.toMillis(SECONDS)));
    }
  }

  private static int number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getInt(1);
    }
  }

  @Override
  public Connection getConnection() throws SQLException {
    check(true, new JdbcCall(Kind.CONNECT, "", null));
    Connection connection = real.getConnection();
    open.put(connection, number(connection, "select pg_backend_pid()"));
    check(false, new JdbcCall(Kind.CONNECT, "", connection));
    return proxy(Connection.class, (self, method, arguments) -> on(connection, method, arguments));
  }

  private Object on(Connection connection, Method method, Object[] arguments) throws Throwable {
    Object result =
        switch (method.getName()) {
          case "commit" -> call(Kind.COMMIT, "", connection, connection, method, arguments);
          case "unwrap" -> call(Kind.UNWRAP, "", connection, connection, method, arguments);
          case "close", "abort" -> {
            open.remove(connection);
            yield invoke(connection, method, arguments);
          }
          default -> invoke(connection, method, arguments);
        };
    if (!(result instanceof Statement statement)) {
      return result;
    }
    String sql = result instanceof PreparedStatement ? (String) arguments[0] : "";
    return proxy(
        method.getReturnType(),
        (self, what, with) ->
            what.getName().startsWith("execute")
                ? call(
                    Kind.STATEMENT,
                    with == null || with.length == 0 ? sql : String.valueOf(with[0]),
                    connection,
                    statement,
                    what,
                    with)
                : invoke(statement, what, with));
  }

  private Object call(
      Kind kind,
      String sql,
      Connection connection,
      Object target,
      Method method,
      Object[] arguments)
      throws Throwable {
    JdbcCall call = new JdbcCall(kind, sql, connection);
    check(true, call);
    Object result = invoke(target, method, arguments);
    check(false, call);
    return result;
  }

  private void check(boolean before, JdbcCall call) throws SQLException {
    if (dead) {
      throw gone();
    }
    for (Planned planned : plan) {
      planned.look(before, call);
    }
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return real.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    real.setLogWriter(out);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return real.getLoginTimeout();
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    real.setLoginTimeout(seconds);
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    return real.getParentLogger();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return real.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return real.isWrapperFor(type);
  }
}
