package io.sluice.loader;

import io.sluice.core.sql.Transactions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;

/** Notes the text of every statement that is run, COPY, COMMIT and savepoints too. */
final class CountedStatements {

  private final DataSource real;
  private final List<String> all = new CopyOnWriteArrayList<>();

  CountedStatements(DataSource real) {
    this.real = real;
  }

  Transactions transactions() {
    return new Transactions(
        (DataSource)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, with) -> {
                  Object result = invoke(real, method, with);
                  return result instanceof Connection c ? connection(c) : result;
                }));
  }

  List<String> all() {
    return List.copyOf(all);
  }

  void clear() {
    all.clear();
  }

  private Connection connection(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, with) -> on(connection, method, with));
  }

  private Object on(Connection connection, Method method, Object[] with) throws Throwable {
    switch (method.getName()) {
      case "commit", "rollback", "setSavepoint", "releaseSavepoint" -> all.add(method.getName());
      case "unwrap" -> {
        return copying(connection);
      }
      default -> {}
    }
    Object result = invoke(connection, method, with);
    if (!(result instanceof Statement statement)) {
      return result;
    }
    String sql = with != null && with.length > 0 && with[0] instanceof String text ? text : "";
    return Proxy.newProxyInstance(
        getClass().getClassLoader(),
        new Class<?>[] {method.getReturnType()},
        (proxy, what, arguments) -> {
          if (what.getName().startsWith("execute")) {
            all.add(arguments == null || arguments.length == 0 ? sql : (String) arguments[0]);
          }
          return invoke(statement, what, arguments);
        });
  }

  private Object copying(Connection connection) throws SQLException {
    PGConnection postgres = connection.unwrap(PGConnection.class);
    CopyManager manager =
        new CopyManager((BaseConnection) postgres) {
          @Override
          public org.postgresql.copy.CopyIn copyIn(String sql) throws SQLException {
            all.add(sql);
            return super.copyIn(sql);
          }
        };
    return Proxy.newProxyInstance(
        getClass().getClassLoader(),
        new Class<?>[] {PGConnection.class},
        (proxy, method, with) ->
            method.getName().equals("getCopyAPI") ? manager : invoke(postgres, method, with));
  }

  private static Object invoke(Object target, Method method, Object[] with) throws Throwable {
    try {
      return method.invoke(target, with);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
