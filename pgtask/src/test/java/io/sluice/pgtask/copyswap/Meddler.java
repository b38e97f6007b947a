package io.sluice.pgtask.copyswap;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** A data source that lets somebody act just before a statement of the task. */
final class Meddler {

  /** Acts. */
  interface Deed {
    void act() throws SQLException;
  }

  private final DataSource real;
  private final String text;
  private final Deed deed;
  private int before;

  /**
   * @param text part of the statement
   * @param nth such statement before which the deed is done, once
   */
  Meddler(DataSource real, String text, int nth, Deed deed) {
    this.real = real;
    this.text = text;
    this.before = nth;
    this.deed = deed;
  }

  /** Whether the deed is done. */
  boolean done() {
    return before <= 0;
  }

  DataSource dataSource() {
    return (DataSource) proxy(DataSource.class, real);
  }

  private Object proxy(Class<?> type, Object target) {
    InvocationHandler handler =
        (self, method, arguments) -> {
          meddle(method, arguments);
          Object result = invoke(target, method, arguments);
          boolean session = result instanceof Connection || result instanceof Statement;
          return session && method.getReturnType().isInterface()
              ? proxy(method.getReturnType(), result)
              : result;
        };
    return Proxy.newProxyInstance(Meddler.class.getClassLoader(), new Class<?>[] {type}, handler);
  }

  private void meddle(Method method, Object[] arguments) throws SQLException {
    boolean statement =
        method.getName().startsWith("execute")
            && arguments != null
            && String.valueOf(arguments[0]).contains(text);
    if (statement && --before == 0) {
      deed.act();
    }
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
