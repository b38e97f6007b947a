package io.sluice.pgtask.copyswap;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * A data source whose user dies at a given moment, as kill -9 would have it: just before a
 * statement or a commit, or just after. All its sessions end then, and it gets no new ones.
 */
final class Mortal {

  private static final Set<String> MOMENTS =
      Set.of("execute", "executeQuery", "executeUpdate", "executeLargeUpdate", "commit");

  private final DataSource real;
  private final int last;
  private final AtomicInteger moments = new AtomicInteger();
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();
  private volatile boolean dead;

  /**
   * @param last moment it lives to see; moments are counted from 1, two for each statement
   */
  Mortal(DataSource real, int last) {
    this.real = real;
    this.last = last;
  }

  boolean died() {
    return dead;
  }

  DataSource dataSource() {
    return (DataSource)
        proxy(
            DataSource.class,
            (self, method, arguments) -> {
              Object result = invoke(real, method, arguments);
              return result instanceof Connection connection ? mortal(connection) : result;
            });
  }

  private Connection mortal(Connection connection) throws SQLException {
    if (dead) {
      connection.close();
      throw dead();
    }
    open.add(connection);
    return (Connection)
        proxy(
            Connection.class,
            (self, method, arguments) -> {
              Object result = watched(connection, method, arguments);
              if (method.getName().equals("close")) {
                open.remove(connection);
              }
              return result instanceof Statement statement
                  ? proxy(
                      method.getReturnType(), (me, what, with) -> watched(statement, what, with))
                  : result;
            });
  }

  private Object watched(Object target, Method method, Object[] arguments) throws Throwable {
    boolean moment = MOMENTS.contains(method.getName());
    if (moment) {
      live();
    }
    Object result = invoke(target, method, arguments);
    if (moment) {
      live();
    }
    return result;
  }

  private void live() throws SQLException {
    if (!dead && moments.incrementAndGet() >= last) {
      dead = true;
      for (Connection connection : open) {
        connection.abort(Runnable::run);
      }
    }
    if (dead) {
      throw dead();
    }
  }

  private static SQLException dead() {
    return new SQLException("killed", "08006");
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static Object proxy(Class<?> type, InvocationHandler handler) {
    return Proxy.newProxyInstance(Mortal.class.getClassLoader(), new Class<?>[] {type}, handler);
  }
}
