package io.sluice.pgtask.partition;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** Data sources and connections around real ones, for tests that break them. */
final class Wrapped {

  private Wrapped() {}

  /** Done to every connection before it is given out. */
  @FunctionalInterface
  interface OnOpen {
    Connection open(Connection connection) throws SQLException;
  }

  /** Told every statement before it is executed. */
  @FunctionalInterface
  interface OnExecute {
    void execute(Connection connection, String sql) throws SQLException;
  }

  static DataSource connections(DataSource real, OnOpen onOpen) {
    return proxy(
        DataSource.class,
        (method, arguments) -> {
          Object result = method.invoke(real, arguments);
          return method.getName().equals("getConnection")
              ? onOpen.open((Connection) result)
              : result;
        });
  }

  static DataSource statements(DataSource real, OnExecute onExecute) {
    return connections(real, connection -> watched(connection, onExecute));
  }

  private static Connection watched(Connection connection, OnExecute onExecute) {
    return proxy(
        Connection.class,
        (method, arguments) -> {
          if (method.getName().equals("commit")) {
            onExecute.execute(connection, "commit");
          }
          Object result = method.invoke(connection, arguments);
          return method.getName().equals("createStatement")
              ? watched((Statement) result, connection, onExecute)
              : result;
        });
  }

  private static Statement watched(
      Statement statement, Connection connection, OnExecute onExecute) {
    return proxy(
        Statement.class,
        (method, arguments) -> {
          if (method.getName().startsWith("execute") && arguments != null) {
            onExecute.execute(connection, (String) arguments[0]);
          }
          return method.invoke(statement, arguments);
        });
  }

  /** What a proxy does. */
  @FunctionalInterface
  private interface Call {
    Object on(java.lang.reflect.Method method, Object[] arguments)
        throws SQLException, ReflectiveOperationException;
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            Wrapped.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              try {
                return call.on(method, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
