package io.sluice.standalone;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.embedded.EmbeddedBroker;
import io.sluice.embedded.EmbeddedException;
import io.sluice.embedded.EmbeddedPostgres;
import io.sluice.embedded.Ports;
import io.sluice.pgtask.declaration.TaskDirectory;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.task.Task;
import io.sluice.service.SluiceApplication;
import io.sluice.service.getter.GetterConfiguration;
import io.sluice.service.handler.HandlerConfiguration;
import io.sluice.service.loader.LoaderConfiguration;
import io.sluice.service.pgtask.PgtaskConfiguration;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NestedExceptionUtils;

/** All services in this JVM, with a PostgreSQL and an AMQP broker of their own. */
final class Standalone implements AutoCloseable {
  private static final String DATABASE = "sluice";
  private static final int USUAL_HTTP_PORT = 8080;
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  private final StandaloneOptions options;
  private final EmbeddedPostgres postgres;
  private final EmbeddedBroker broker;
  private int httpPort;
  private ConfigurableApplicationContext services;
  private boolean closed;

  private Standalone(
      StandaloneOptions options, int httpPort, EmbeddedPostgres postgres, EmbeddedBroker broker) {
    this.options = options;
    this.httpPort = httpPort;
    this.postgres = postgres;
    this.broker = broker;
  }

  /**
   * Starts everything, over the data of the last run if there is any.
   *
   * @param settings of the services, beside those that follow from the options
   * @throws EmbeddedException saying which port or directory is taken
   */
  static Standalone start(StandaloneOptions options, Map<String, Object> settings) {
    return start(options, settings, warehouse -> {});
  }

  /**
   * Starts everything.
   *
   * @param before done in the warehouse before the services start
   */
  static Standalone start(
      StandaloneOptions options, Map<String, Object> settings, Consumer<DataSource> before) {
    logOnly(Level.WARN); // PostgreSQL and the broker start before the services set up logging
    int httpPort = httpPort(options.httpPort());
    Path data = options.data();
    createDirectories(data.resolve("staging"), options.feeds(), options.tasks());
    EmbeddedPostgres postgres =
        EmbeddedPostgres.startPersistent(data.resolve("postgres"), options.postgresPort())
            .closedByCaller();
    try {
      postgres.createDatabase(DATABASE);
      LedgerSchema.migrate(postgres.dataSource(DATABASE));
      forgetLastRun(postgres.dataSource(DATABASE));
      before.accept(postgres.dataSource(DATABASE));
      int amqpPort = options.amqpPort();
      EmbeddedBroker broker =
          amqpPort == 0 ? EmbeddedBroker.startOnFreePort() : EmbeddedBroker.startOn(amqpPort);
      Standalone standalone = new Standalone(options, httpPort, postgres, broker);
      standalone.startServices(settings);
      return standalone;
    } catch (RuntimeException e) {
      postgres.close();
      throw e;
    }
  }

  private static void logOnly(Level level) {
    if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
      root.setLevel(level);
    }
  }

  private static void createDirectories(Path... directories) {
    try {
      for (Path directory : directories) {
        Files.createDirectories(directory);
      }
    } catch (IOException e) {
      throw new EmbeddedException("cannot create " + e.getMessage() + "; choose another --data", e);
    }
  }

  /**
   * The last run's broker took its messages with it, and its workers are gone: have the sweeper
   * publish at once, and tasks begin, instead of after the time that other replicas would be given.
   */
  private static void forgetLastRun(DataSource database) {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          update sluice.work set published_at = '-infinity', lease_until = null where state = 'queued';
          update sluice.task_run set alive_at = '-infinity' where state = 'running';
          update sluice.scheduled_tasks set picked = false, picked_by = null where picked;
          """);
    } catch (SQLException e) {
      throw new EmbeddedException("the ledger cannot be opened: " + e.getMessage(), e);
    }
  }

  private static int httpPort(int wanted) {
    if (wanted != 0) {
      return Ports.require(wanted, "HTTP");
    }
    return Ports.isFree(USUAL_HTTP_PORT) ? USUAL_HTTP_PORT : Ports.free();
  }

  private void startServices(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(PgtaskConfiguration.DEFAULTS);
    all.putAll(ownSettings());
    all.putAll(settings);
    try {
      new ConnectionFile(options.data())
          .write(postgres, DATABASE, staging(), options.feeds(), options.tasks());
      services = run(all);
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  /** Another process may take the port between the look at it and its use. */
  private ConfigurableApplicationContext run(Map<String, Object> settings) {
    try {
      return runServices(settings);
    } catch (RuntimeException e) {
      if (!(NestedExceptionUtils.getMostSpecificCause(e) instanceof BindException)) {
        throw e;
      }
      if (options.httpPort() != 0) {
        Ports.require(options.httpPort(), "HTTP");
      }
      httpPort = Ports.free();
      settings.put("server.port", httpPort);
      return runServices(settings);
    }
  }

  private static ConfigurableApplicationContext runServices(Map<String, Object> settings) {
    return SluiceApplication.run(
        "standalone",
        settings,
        new String[0],
        GetterConfiguration.class,
        HandlerConfiguration.class,
        LoaderConfiguration.class,
        PgtaskConfiguration.class);
  }

  private Map<String, Object> ownSettings() {
    Path data = options.data();
    return Map.ofEntries(
        Map.entry("spring.main.register-shutdown-hook", "false"),
        Map.entry("sluice.instance", "standalone"), // so that its leases stay its own
        Map.entry("server.address", "127.0.0.1"),
        Map.entry("server.port", httpPort),
        Map.entry("logging.file.name", data.resolve("log/sluice.log").toString()),
        Map.entry("sluice.feeds", options.feeds().toString()),
        Map.entry("sluice.pgtask.tasks", options.tasks().toString()),
        Map.entry("sluice.database.url", postgres.jdbcUrl(DATABASE)),
        Map.entry("sluice.database.user", EmbeddedPostgres.USER),
        Map.entry("sluice.database.password", postgres.password()),
        Map.entry("sluice.broker.addresses", "127.0.0.1:" + broker.port()),
        Map.entry("sluice.broker.user", EmbeddedBroker.USER),
        Map.entry("sluice.broker.password", broker.password()),
        Map.entry("sluice.staging.location", staging().toUri().toString()));
  }

  private Path staging() {
    return options.data().resolve("staging");
  }

  /** The warehouse. */
  DataSource warehouse() {
    return postgres.dataSource(DATABASE);
  }

  /**
   * Runs a task now; waits while its schedule runs it.
   *
   * @throws EmbeddedException if there is no such task
   */
  RunResult runTask(String name, String by) throws InterruptedException {
    TaskDirectory tasks = services.getBean(TaskDirectory.class);
    tasks.refresh();
    Task task =
        tasks
            .current()
            .task(name)
            .orElseThrow(() -> new EmbeddedException("there is no task " + name));
    while (true) {
      Optional<RunResult> result = services.getBean(TaskRunner.class).run(task, by);
      if (result.isPresent()) {
        return result.get();
      }
      Thread.sleep(LOOK_AGAIN.toMillis());
    }
  }

  /** Tells a person where everything is; no passwords, only where they lie. */
  String howToLook() {
    return """
        Look into it:
          bin/sluice status                 what waits, what failed
          bin/sluice task history           what was done to partitions and tables
          bin/sluice sql 'select * from sluice.reconciliation_hourly'
          PGPASSFILE=%1$s psql -h 127.0.0.1 -p %2$d -U %3$s %4$s
          JDBC  %5$s  (user %3$s, password in %6$s)
          HTTP  http://127.0.0.1:%7$d/actuator/health  and  /actuator/prometheus
          AMQP  127.0.0.1:%8$d
          data  %9$s, feeds %10$s, tasks %12$s,
                log %11$s
        """
        .formatted(
            postgres.passwordFile(),
            postgres.port(),
            EmbeddedPostgres.USER,
            DATABASE,
            postgres.jdbcUrl(DATABASE),
            new ConnectionFile(options.data()).path(),
            httpPort,
            broker.port(),
            options.data(),
            options.feeds(),
            options.data().resolve("log/sluice.log"),
            options.tasks());
  }

  /** The services first, so that they finish their work; what they stand on after them. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    services.close();
    logOnly(Level.OFF); // the services have closed the logs, and the broker would say so
    broker.close();
    postgres.close();
  }
}
