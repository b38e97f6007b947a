package io.sluice.pgtask.run;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.yaml.Secret;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSet;
import io.sluice.pgtask.task.Window;
import io.sluice.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A database with a ledger, and what it takes to run tasks in it. */
public final class RunFixture implements AutoCloseable {

  static final Limits LIMITS =
      new Limits(2, Duration.ofMillis(100), Duration.ofSeconds(20), 3, Duration.ofMillis(20));
  static final Duration LEASE = Duration.ofSeconds(30);
  static final Duration RENEW = Duration.ofMillis(50);

  public final EmbeddedDatabase.Database database;
  public final MeterRegistry meters = new SimpleMeterRegistry();
  public final RunHistory history;
  private final TaskMetrics metrics = new TaskMetrics(meters);
  private final DatabasePools pools;

  private RunFixture(EmbeddedDatabase.Database database) {
    this.database = database;
    history = new RunHistory(new Transactions(database.dataSource()), LEASE);
    DatabaseSpec spec =
        new DatabaseSpec(
            DatabaseSpec.WAREHOUSE, database.jdbcUrl(), database.user(), Optional.empty(), 4);
    pools =
        new DatabasePools(
            spec,
            database.password(),
            () -> new TaskSet(Map.of(), Map.of()),
            Duration.ofSeconds(2),
            meters);
  }

  static Secret secret(String value) {
    try {
      Path file = Files.createTempFile("sluice", ".password");
      file.toFile().deleteOnExit();
      Files.writeString(file, value + "\n");
      return new Secret(Secret.Kind.FILE, file.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** On the shared server of a version. */
  public static RunFixture of(int version) {
    return on(EmbeddedDatabase.shared(version));
  }

  public static RunFixture on(EmbeddedDatabase server) {
    return new RunFixture(server.createDatabase("ledger", LedgerSchema::migrate));
  }

  public DataSource dataSource() {
    return database.dataSource();
  }

  /** Another process, as far as the ledger can tell. */
  public TaskRunner runner(Clock clock) {
    return runner(pools, clock);
  }

  TaskRunner runner(Databases databases, Clock clock) {
    return new TaskRunner(databases, history, metrics, clock, "test", RENEW);
  }

  TaskRunner runner(TaskKind<MaintenanceSpec> kind) {
    return runner(Clock.systemUTC()).with(MaintenanceSpec.class, kind);
  }

  /** A process that sleeps: it does not say that its run lives. */
  TaskRunner asleep(TaskKind<MaintenanceSpec> kind) {
    return new TaskRunner(pools, history, metrics, Clock.systemUTC(), "asleep", Duration.ofHours(1))
        .with(MaintenanceSpec.class, kind);
  }

  /** A task whose declaration does not matter. */
  static Task task(String name, Window... windows) {
    return task(name, DatabaseSpec.WAREHOUSE, LIMITS, windows);
  }

  static Task task(String name, String database, Limits limits, Window... windows) {
    return new Task(
        name,
        "",
        database,
        ZoneOffset.UTC,
        Optional.empty(),
        List.of(windows),
        limits,
        new MaintenanceSpec(
            List.of("*.*"),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  public void execute(String sql) throws SQLException {
    execute(dataSource(), sql);
  }

  static void execute(DataSource database, String sql) throws SQLException {
    try (Connection connection = database.getConnection()) {
      Sql.execute(connection, sql);
    }
  }

  /** As another role, with password {@code secret}. */
  DataSource as(String role) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(database.jdbcUrl());
    source.setUser(role);
    source.setPassword("secret");
    return source;
  }

  /** The first column of the first row as text; null if there is no row. */
  public String text(String query) {
    return text(dataSource(), query);
  }

  static String text(DataSource database, String query) {
    try (Connection connection = database.getConnection()) {
      return Sql.first(connection, query, row -> row.getString(1)).orElse(null);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  double count(String meter, String... tags) {
    return meters.find(meter).tags(tags).counters().stream().mapToDouble(c -> c.count()).sum();
  }

  @Override
  public void close() {
    pools.close();
  }
}
