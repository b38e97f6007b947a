package io.sluice.pgtask.export;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.StagingSettings;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.RunHistory;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.StepListener;
import io.sluice.pgtask.run.TaskKind;
import io.sluice.pgtask.run.TaskMetrics;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.RestoreSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.testkit.EmbeddedDatabase;
import io.sluice.testkit.FaultyDataSource;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

/** A database with the ledger in it, and runs of exports and restores. */
final class ExportFixture implements AutoCloseable {

  static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  static final TableName PARENT = new TableName("billing", "cdr");
  static final TableName PARTITION = new TableName("billing", "cdr_p20260801");
  static final String LOWER = "'2026-08-01 00:00:00+00'";
  static final String UPPER = "'2026-08-02 00:00:00+00'";

  final EmbeddedDatabase.Database database;
  final FaultyDataSource faulty;
  final Transactions ledger;
  final StagingSettings.S3 s3;
  private final Connection connection;
  private final TaskRunner runner;

  ExportFixture(int major) throws SQLException {
    this(major, StagingSettings.S3.DEFAULTS);
  }

  ExportFixture(int major, StagingSettings.S3 s3) throws SQLException {
    this.database = EmbeddedDatabase.shared(major).createDatabase("ledger", LedgerSchema::migrate);
    this.s3 = s3;
    this.connection = database.dataSource().getConnection();
    this.faulty = new FaultyDataSource(database.dataSource());
    this.ledger = new Transactions(faulty);
    this.runner = runner(faulty);
    sql("set timezone = 'UTC'", "create schema billing");
  }

  TaskRunner runner(DataSource tables) {
    return new TaskRunner(
            name -> tables,
            new RunHistory(new Transactions(database.dataSource()), Duration.ZERO),
            new TaskMetrics(new SimpleMeterRegistry()),
            Clock.fixed(NOW, ZoneOffset.UTC),
            "test",
            Duration.ofSeconds(10))
        .with(RestoreSpec.class, restore());
  }

  Restore restore() {
    return new Restore(new ExportLocations(s3), ledger);
  }

  static Task task(RestoreSpec spec) {
    Limits limits =
        new Limits(2, Duration.ofSeconds(1), Duration.ofMinutes(5), 2, Duration.ofMillis(10));
    return new Task(
        "restore",
        "",
        DatabaseSpec.WAREHOUSE,
        ZoneOffset.UTC,
        Optional.empty(),
        List.of(),
        limits,
        spec);
  }

  RunResult restore(RestoreSpec spec) {
    return runner.run(task(spec), "tester").orElseThrow();
  }

  List<String> dryRun(RestoreSpec spec) throws SQLException {
    List<String> shown = new ArrayList<>();
    StepListener view = (step, locks) -> shown.addAll(step.sql());
    shown.addAll(runner.dryRun(task(spec), view).problems());
    return shown;
  }

  /** Exports as rotation would, and tells the ledger. */
  Exported export(URI to) throws SQLException {
    return export(new PartitionExport(new ExportLocations(s3)), to);
  }

  Exported export(PartitionExport export, URI to) throws SQLException {
    ExportedPartition subject = subject();
    Exported exported = work(subject, export, to);
    sql(
        """
        insert into sluice.expired_partition (task, database, schema_name, parent_name, partition_schema,
          partition_name, oid, lower_bound, upper_bound, action, rows, bytes, export_uri, export_sha256,
          decided_at, done_at)
        values ('rotate', 'warehouse', 'billing', 'cdr', 'billing', 'cdr_p20260801', %d, %s, %s, 'drop', %d, %d,
          '%s', '%s', now(), now())
        """
            .formatted(
                subject.oid(),
                "'" + LOWER.replace("'", "''") + "'",
                "'" + UPPER.replace("'", "''") + "'",
                exported.rows(),
                exported.bytes(),
                exported.manifest(),
                exported.sha256()));
    return exported;
  }

  Exported work(ExportedPartition subject, PartitionExport export, URI to) throws SQLException {
    AtomicReference<Exported> exported = new AtomicReference<>();
    AtomicReference<SQLException> failure = new AtomicReference<>();
    TaskKind<RestoreSpec> kind =
        (spec, run) -> {
          try {
            exported.set(export.export(run, subject, to));
          } catch (SQLException e) {
            failure.set(e);
            throw e;
          }
        };
    RestoreSpec any =
        new RestoreSpec(
            Optional.empty(), Optional.of("a.b"), Optional.empty(), true, Duration.ZERO);
    try (TaskRunner once = runner(faulty).with(RestoreSpec.class, kind)) {
      RunResult result = once.run(task(any), "tester").orElseThrow();
      if (failure.get() != null) {
        throw failure.get();
      }
      if (!result.problems().isEmpty()) {
        throw new IllegalStateException(result.problems().toString());
      }
    }
    return exported.get();
  }

  ExportedPartition subject() throws SQLException {
    long oid = Long.parseLong(text("select '" + PARTITION.sql() + "'::regclass::oid"));
    return new ExportedPartition(PARENT, PARTITION, oid, LOWER, UPPER);
  }

  static RestoreSpec back() {
    return new RestoreSpec(
        Optional.empty(),
        Optional.of(PARTITION.toString()),
        Optional.empty(),
        true,
        RestoreSpec.DEFAULT_HOLD);
  }

  static RestoreSpec from(URI manifest) {
    return new RestoreSpec(
        Optional.of(manifest), Optional.empty(), Optional.empty(), true, RestoreSpec.DEFAULT_HOLD);
  }

  static RestoreSpec as(URI manifest, String table) {
    return new RestoreSpec(
        Optional.of(manifest),
        Optional.empty(),
        Optional.of(table),
        true,
        RestoreSpec.DEFAULT_HOLD);
  }

  void sql(String... statements) throws SQLException {
    Sql.execute(connection, List.of(statements));
  }

  String text(String sql) throws SQLException {
    return Sql.one(connection, sql, row -> row.getString(1));
  }

  /** All rows of a table as text, in order. */
  List<String> rows(TableName table) throws SQLException {
    return Sql.strings(connection, "select t::text from " + table.sql() + " t order by 1");
  }

  @Override
  public void close() throws SQLException {
    runner.close();
    connection.close();
  }
}
