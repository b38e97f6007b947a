package io.sluice.testkit;

import static io.sluice.testkit.JdbcProxies.invoke;
import static io.sluice.testkit.JdbcProxies.proxy;

import java.sql.Connection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/**
 * Proves that nobody who holds a connection waits for another: with a pool of one, or with as many
 * who do so as there are connections, everybody would wait for ever.
 */
public final class OneConnectionEach {

  private OneConnectionEach() {}

  /** The same data source, of which a thread that holds a connection gets no second one. */
  public static DataSource of(DataSource real) {
    Map<Thread, Throwable> held = new ConcurrentHashMap<>();
    return proxy(
        DataSource.class,
        (self, method, arguments) -> {
          boolean opens = method.getName().equals("getConnection");
          Throwable first = held.get(Thread.currentThread());
          if (opens && first != null) {
            throw new AssertionError("a second connection is asked for beside the first", first);
          }
          Object result = invoke(real, method, arguments);
          if (!opens) {
            return result;
          }
          Thread holder = Thread.currentThread();
          held.put(holder, new Throwable("the first was opened here"));
          return released((Connection) result, () -> held.remove(holder));
        });
  }

  private static Connection released(Connection real, Runnable closed) {
    return proxy(
        Connection.class,
        (self, method, arguments) -> {
          if (method.getName().equals("close")) {
            closed.run();
          }
          return invoke(real, method, arguments);
        });
  }
}
