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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NestedExceptionUtils;

/** All services in this JVM, with a PostgreSQL and an AMQP broker of their own. */
final class Standalone implements AutoCloseable {
  private static final String DATABASE = "sluice";
  private static final int USUAL_HTTP_PORT = 8080;
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  /** By which libraries are sent to files of settings that are nobody's here. */
  private static final List<String> LIBRARY_FILES =
      List.of("logback.configurationFile", "hikaricp.configurationFile");

  private final Deployment deployment;
  private final PlaceOptions options;
  private final EmbeddedPostgres postgres;
  private final EmbeddedBroker broker;
  private int httpPort;
  private ConfigurableApplicationContext services;
  private boolean closed;

  private Standalone(
      Deployment deployment, int httpPort, EmbeddedPostgres postgres, EmbeddedBroker broker) {
    this.deployment = deployment;
    this.options = deployment.places();
    this.httpPort = httpPort;
    this.postgres = postgres;
    this.broker = broker;
  }

  /**
   * Starts everything, over the data of the last run if there is any. Every place is one of the
   * deployment's own, whatever this process's environment says of another one.
   *
   * @throws EmbeddedException saying which port or directory is taken
   */
  static Standalone start(Deployment deployment) {
    LIBRARY_FILES.forEach(System::clearProperty);
    logOnly(Level.WARN); // PostgreSQL and the broker start before the services set up logging
    PlaceOptions options = deployment.places();
    int httpPort = httpPort(options.httpPort());
    createDirectories(deployment.staging(), deployment.temp(), options.feeds(), options.tasks());
    EmbeddedPostgres postgres =
        EmbeddedPostgres.startPersistent(options.data().resolve("postgres"), options.postgresPort())
            .closedByCaller();
    try {
      postgres.createDatabase(DATABASE);
      LedgerSchema.migrate(postgres.dataSource(DATABASE));
      forgetLastRun(postgres.dataSource(DATABASE));
      deployment.before().accept(postgres.dataSource(DATABASE));
      int amqpPort = options.amqpPort();
      EmbeddedBroker broker =
          amqpPort == 0 ? EmbeddedBroker.startOnFreePort() : EmbeddedBroker.startOn(amqpPort);
      Standalone standalone = new Standalone(deployment, httpPort, postgres, broker);
      standalone.startServices();
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
          update sluice.batch set published_at = '-infinity', lease_until = null;
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

  private void startServices() {
    Map<String, Object> all = new HashMap<>(PgtaskConfiguration.DEFAULTS);
    all.putAll(deployment.settings());
    all.putAll(places());
    try {
      new ConnectionFile(options.data())
          .write(postgres, DATABASE, deployment.staging(), options.feeds(), options.tasks());
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

  private ConfigurableApplicationContext runServices(Map<String, Object> settings) {
    List<Class<?>> configuration =
        new ArrayList<>(
            List.of(
                GetterConfiguration.class,
                HandlerConfiguration.class,
                LoaderConfiguration.class,
                PgtaskConfiguration.class));
    configuration.addAll(deployment.more());
    return SluiceApplication.runOnly(
        "standalone",
        new OwnEnvironment(settings, deployment.tuning().settings()),
        configuration.toArray(Class<?>[]::new));
  }

  private Map<String, Object> places() {
    return Map.ofEntries(
        Map.entry("spring.main.register-shutdown-hook", "false"),
        Map.entry("sluice.instance", "standalone"), // so that its leases stay its own
        Map.entry("server.address", "127.0.0.1"),
        Map.entry("server.port", httpPort),
        Map.entry("server.tomcat.basedir", deployment.temp().resolve("tomcat").toString()),
        Map.entry("logging.file.name", deployment.log().toString()),
        Map.entry("sluice.feeds", options.feeds().toString()),
        Map.entry("sluice.pgtask.tasks", options.tasks().toString()),
        Map.entry("sluice.getter.temp", deployment.temp().toString()),
        Map.entry("sluice.handler.temp", deployment.temp().toString()),
        Map.entry("sluice.database.url", postgres.jdbcUrl(DATABASE)),
        Map.entry("sluice.database.user", EmbeddedPostgres.USER),
        Map.entry("sluice.database.password", postgres.password()),
        Map.entry("sluice.broker.addresses", "127.0.0.1:" + broker.port()),
        Map.entry("sluice.broker.user", EmbeddedBroker.USER),
        Map.entry("sluice.broker.password", broker.password()),
        Map.entry("sluice.staging.location", deployment.staging().toUri().toString()));
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
    return new Directions(deployment, postgres, DATABASE, httpPort, broker.port()).text();
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
