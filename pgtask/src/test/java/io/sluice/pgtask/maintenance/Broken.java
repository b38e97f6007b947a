package io.sluice.pgtask.maintenance;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * A data source whose n-th statement finds its backend gone, as after {@code kill -9}; from then on
 * it gives either new connections (the backend was killed), or none (the process was).
 */
final class Broken {

  private final DataSource real;
  private final int at;
  private final boolean forGood;
  private final AtomicInteger statements = new AtomicInteger();

  Broken(DataSource real, int at, boolean forGood) {
    this.real = real;
    this.at = at;
    this.forGood = forGood;
  }

  boolean happened() {
    return statements.get() >= at;
  }

  DataSource dataSource() {
    return proxy(
        DataSource.class,
        real,
        (method, result) -> {
          if (result instanceof Connection connection) {
            if (forGood && happened()) {
              connection.close();
              throw new SQLException("the process is gone", "08006");
            }
            return connection(connection);
          }
          return result;
        });
  }

  private Connection connection(Connection connection) {
    return proxy(
        Connection.class,
        connection,
        (method, result) ->
            result instanceof Statement statement ? statement(connection, statement) : result);
  }

  private Object statement(Connection connection, Statement statement) {
    Class<?> type =
        statement instanceof java.sql.PreparedStatement
            ? java.sql.PreparedStatement.class
            : Statement.class;
    return Proxy.newProxyInstance(
        Broken.class.getClassLoader(),
        new Class<?>[] {type},
        (self, method, arguments) -> {
          if (method.getName().startsWith("execute")) {
            strike(connection);
          }
          return invoke(method, statement, arguments);
        });
  }

  private void strike(Connection connection) throws SQLException {
    int n = statements.incrementAndGet();
    if (n == at || (forGood && n > at)) {
      terminate(connection);
    }
  }

  private void terminate(Connection connection) throws SQLException {
    int pid = connection.unwrap(org.postgresql.PGConnection.class).getBackendPID();
    try (Connection other = real.getConnection();
        Statement statement = other.createStatement();
        ResultSet row =
            statement.executeQuery("select pg_terminate_backend(%d, 5000)".formatted(pid))) {
      row.next();
    }
  }

  @FunctionalInterface
  private interface Change {
    Object of(java.lang.reflect.Method method, Object result) throws SQLException;
  }

  private static <T> T proxy(Class<T> type, T target, Change change) {
    return type.cast(
        Proxy.newProxyInstance(
            Broken.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> change.of(method, invoke(method, target, arguments))));
  }

  private static Object invoke(java.lang.reflect.Method method, Object target, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
