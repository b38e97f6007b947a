package io.sluice.pgtask.export;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * Connections that break at the n-th statement, and take the thread along as the end of a process
 * would: nothing that follows is done, no undo either.
 */
final class Killer {

  private static final Set<String> STATEMENTS =
      Set.of("execute", "executeQuery", "executeUpdate", "commit", "unwrap");

  private final DataSource source;
  private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);

  /** No exception that anybody handles. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  Killer(DataSource source) {
    this.source = source;
  }

  /** Breaks at this statement from now, from 1. */
  void at(int statement) {
    left.set(statement);
  }

  void never() {
    left.set(Integer.MAX_VALUE);
  }

  DataSource dataSource() {
    return (DataSource)
        Proxy.newProxyInstance(
            Killer.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (self, method, arguments) -> wrap(source.getConnection(), Connection.class));
  }

  private <T> T wrap(T real, Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            Killer.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              if (isStatement(method.getName(), arguments) && left.decrementAndGet() == 0) {
                connection(real).abort(Runnable::run);
                throw new Killed();
              }
              try {
                Object result = method.invoke(real, arguments);
                return switch (method.getName()) {
                  case "createStatement" -> wrap((Statement) result, Statement.class);
                  case "prepareStatement" ->
                      wrap((PreparedStatement) result, PreparedStatement.class);
                  default -> result;
                };
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  /** Settings change nothing: an end there is one at the statement after them. */
  private static boolean isStatement(String method, Object[] arguments) {
    boolean setting =
        arguments != null
            && arguments.length > 0
            && String.valueOf(arguments[0]).startsWith("set ");
    return STATEMENTS.contains(method) && !setting;
  }

  private static Connection connection(Object real) throws SQLException {
    return real instanceof Connection connection ? connection : ((Statement) real).getConnection();
  }
}
