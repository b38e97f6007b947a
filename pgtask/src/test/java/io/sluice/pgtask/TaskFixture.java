package io.sluice.pgtask;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.pgtask.run.RunHistory;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.TaskKind;
import io.sluice.pgtask.run.TaskMetrics;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSpec;
import io.sluice.testkit.EmbeddedDatabase;
import io.sluice.testkit.EmbeddedDatabase.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A fresh database with a ledger, and the real runner over it with a settable clock. The wrapper
 * given to {@link #wrapping} sees every connection that tasks get, so that a test can break one.
 */
public final class TaskFixture implements AutoCloseable {

  /** Short, so that tests of locks end soon. */
  public static final Limits LIMITS =
      new Limits(2, Duration.ofMillis(300), Duration.ofSeconds(60), 2, Duration.ofMillis(20));

  public final Database database;
  public final HikariDataSource dataSource;
  private final HikariDataSource tasks;
  public final Transactions ledger;
  public final RunHistory history;
  public final SettableClock clock = new SettableClock(Instant.parse("2026-11-20T12:00:00Z"));
  public final TaskRunner runner;
  public final StepWatch watch;
  private UnaryOperator<DataSource> wrapper = UnaryOperator.identity();

  /** A clock that stands still until it is set. */
  public static final class SettableClock extends Clock {
    private volatile Instant now;

    SettableClock(Instant now) {
      this.now = now;
    }

    public void set(Instant time) {
      now = time;
    }

    public void advance(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return Clock.fixed(now, zone);
    }
  }

  public TaskFixture(int major) {
    this(EmbeddedDatabase.shared(major));
  }

  public TaskFixture(EmbeddedDatabase server) {
    database = server.createDatabase("ledger", LedgerSchema::migrate);
    dataSource = pool();
    tasks = pool();
    publicFirst();
    watch = new StepWatch(dataSource);
    ledger = new Transactions(dataSource);
    history = new RunHistory(ledger, Duration.ofMinutes(1));
    runner =
        new TaskRunner(
            name -> wrapper.apply(watch.around(tasks)),
            history,
            new TaskMetrics(new SimpleMeterRegistry()),
            clock,
            "test",
            Duration.ofSeconds(5));
  }

  private HikariDataSource pool() {
    HikariConfig pool = new HikariConfig();
    pool.setDataSource(database.newSessions());
    pool.setMaximumPoolSize(8);
    pool.setMinimumIdle(0);
    return new HikariDataSource(pool);
  }

  /** The user has the name of the ledger's schema, so that "$user" would come first. */
  private void publicFirst() {
    try (Connection connection = database.newSessions().getConnection()) {
      Sql.execute(
          connection, "alter database %s set search_path = public".formatted(database.name()));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  public <S extends TaskSpec> TaskFixture with(Class<S> spec, TaskKind<S> kind) {
    runner.with(spec, watch.kind(kind));
    return this;
  }

  /** From now on tasks get their connections from this data source around the real one. */
  public void wrapping(UnaryOperator<DataSource> with) {
    wrapper = with;
  }

  /** From now on tasks are this role, with password {@code secret}. */
  public void as(String role) {
    PGSimpleDataSource login = new PGSimpleDataSource();
    login.setUrl(database.jdbcUrl());
    login.setUser(role);
    login.setPassword("secret");
    wrapper = real -> login;
  }

  /** A task that works whenever it is run. */
  public static Task task(String name, TaskSpec spec) {
    return task(name, spec, ZoneOffset.UTC);
  }

  public static Task task(String name, TaskSpec spec, ZoneId zone) {
    return new Task(
        name, "", DatabaseSpec.WAREHOUSE, zone, Optional.empty(), List.of(), LIMITS, spec);
  }

  public RunResult run(Task task) {
    return runner.run(task, "test").orElseThrow();
  }

  /** The SQL a dry run shows. */
  public List<String> dryRun(Task task) throws SQLException {
    List<String> sql = new ArrayList<>();
    runner.dryRun(task, (step, locks) -> sql.addAll(step.sql()));
    return sql;
  }

  public void sql(String... statements) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      Sql.execute(connection, List.of(statements));
    }
  }

  /** The first column of all rows, as text. */
  public List<String> texts(String query) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return Sql.strings(connection, query);
    }
  }

  public long number(String query) throws SQLException {
    return Long.parseLong(texts(query).get(0));
  }

  /** Names of the partitions of a table, ascending. */
  public List<String> partitions(String table) throws SQLException {
    return texts(
        "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = '%s'::regclass order by 1"
            .formatted(table));
  }

  @Override
  public void close() {
    runner.close();
    tasks.close();
    dataSource.close();
  }
}
