package io.sluice.pgtask.run;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.core.yaml.Secret;
import io.sluice.core.yaml.SecretUnavailableException;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.TaskSet;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A pool of connections for each database, of its own, so that what tasks set in a session is seen
 * by no one else. A changed declaration makes a new pool; the old one lives until its last
 * connection comes back. Passwords are read whenever a connection is made.
 */
public final class DatabasePools implements Databases, AutoCloseable {

  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final int LOGIN_SECONDS = 10;
  private static final int CANCEL_SECONDS = 3;

  private final DatabaseSpec warehouse;
  private final String warehousePassword;
  private final Supplier<TaskSet> tasks;
  private final Duration timeout;
  private final MeterRegistry registry;
  private final Map<String, Pool> pools = new HashMap<>();
  private final List<Pool> retired = new ArrayList<>();

  private record Pool(DatabaseSpec spec, HikariDataSource connections) {
    boolean inUse() {
      return connections.getHikariPoolMXBean() != null
          && connections.getHikariPoolMXBean().getActiveConnections() > 0;
    }
  }

  /**
   * @param warehouse the database no one declares, named {@link DatabaseSpec#WAREHOUSE}
   * @param warehousePassword used if the warehouse has no reference to one; null for none
   * @param tasks where the others are declared
   * @param timeout for getting a connection
   */
  public DatabasePools(
      DatabaseSpec warehouse,
      String warehousePassword,
      Supplier<TaskSet> tasks,
      Duration timeout,
      MeterRegistry registry) {
    this.warehouse = warehouse;
    this.warehousePassword = warehousePassword;
    this.tasks = tasks;
    this.timeout = timeout;
    this.registry = registry;
  }

  @Override
  public synchronized DataSource get(String name) {
    retireChanged();
    DatabaseSpec spec = known(name);
    return pools.computeIfAbsent(name, n -> open(spec)).connections();
  }

  @Override
  public DataSource unpooled(String name) {
    return server(known(name));
  }

  @Override
  public synchronized void end(String name, Connection connection) throws SQLException {
    Optional.ofNullable(pools.get(name))
        .ifPresent(pool -> pool.connections().evictConnection(connection));
    connection.close();
  }

  private DatabaseSpec known(String name) {
    DatabaseSpec spec = spec(name);
    if (spec == null) {
      throw new UnknownDatabaseException(name);
    }
    return spec;
  }

  private DatabaseSpec spec(String name) {
    return name.equals(DatabaseSpec.WAREHOUSE) ? warehouse : tasks.get().databases().get(name);
  }

  private void retireChanged() {
    pools
        .values()
        .removeIf(pool -> !pool.spec().equals(spec(pool.spec().name())) && retired.add(pool));
    retired.removeIf(DatabasePools::closedIfIdle);
  }

  private static boolean closedIfIdle(Pool pool) {
    if (pool.inUse()) {
      return false;
    }
    pool.connections().close();
    return true;
  }

  private Pool open(DatabaseSpec spec) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("sluice-task-" + spec.name());
    config.setDataSource(server(spec));
    config.setMaximumPoolSize(spec.connections());
    config.setMinimumIdle(0);
    config.setIdleTimeout(IDLE.toMillis());
    config.setConnectionTimeout(timeout.toMillis());
    config.setInitializationFailTimeout(1); // says at once what is wrong, to whoever comes first
    config.setMetricRegistry(registry);
    HikariDataSource connections = new HikariDataSource();
    config.copyStateTo(connections);
    return new Pool(spec, connections);
  }

  private Server server(DatabaseSpec spec) {
    return new Server(spec, spec.equals(warehouse) ? warehousePassword : null);
  }

  /** Waits for nobody; cancel runs first. */
  @Override
  public synchronized void close() {
    pools.values().forEach(pool -> pool.connections().close());
    retired.forEach(pool -> pool.connections().close());
    pools.clear();
    retired.clear();
  }

  /** Where the connections come from. */
  private static final class Server extends PGSimpleDataSource {

    private static final long serialVersionUID = 1L;

    private final transient DatabaseSpec spec;
    private final transient String password;

    /**
     * @param password without a reference to it
     */
    Server(DatabaseSpec spec, String password) {
      this.spec = spec;
      this.password = password;
      setURL(spec.url());
      setTcpKeepAlive(true);
      setConnectTimeout(LOGIN_SECONDS);
      setCancelSignalTimeout(CANCEL_SECONDS);
    }

    @Override
    public Connection getConnection() throws SQLException {
      try {
        return getConnection(spec.user(), spec.password().map(Secret::resolve).orElse(password));
      } catch (SecretUnavailableException e) {
        throw new SQLException("password of " + spec.user() + ": " + e.getMessage(), "08001", e);
      }
    }
  }
}
