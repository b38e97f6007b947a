package io.sluice.pgtask.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.yaml.Secret;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.TaskSet;
import io.sluice.testkit.EmbeddedDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A second server beside the ledger's. */
class OutageTest {

  private static final String BILLING = "billing";

  @Test
  void worksOnTwoServers_whenOneIsDeclared() throws Exception {
    try (RunFixture bench = RunFixture.of(17);
        EmbeddedDatabase other = EmbeddedDatabase.startPrivate();
        Elsewhere billing = new Elsewhere(other, 2);
        TaskRunner runner = runner(bench, billing)) {
      assertThat(runner.run(RunFixture.task("here"), "a").orElseThrow().state())
          .isEqualTo(State.DONE);
      assertThat(
              runner
                  .run(RunFixture.task("there", BILLING, RunFixture.LIMITS), "a")
                  .orElseThrow()
                  .state())
          .isEqualTo(State.DONE);
      assertThat(bench.text("select count(*) from made")).isEqualTo("1");
      assertThat(RunFixture.text(billing.database.dataSource(), "select count(*) from made"))
          .isEqualTo("1");
      assertThat(bench.text("select string_agg(database, ' ' order by id) from sluice.task_run"))
          .isEqualTo("warehouse billing");
    }
  }

  @Test
  void pausesAndRecordsFailure_whenItsDatabaseIsAway() throws Exception {
    try (RunFixture bench = RunFixture.of(17);
        EmbeddedDatabase other = EmbeddedDatabase.startPrivate();
        Elsewhere billing = new Elsewhere(other, 2);
        TaskRunner runner = runner(bench, billing)) {
      other.server().stop();
      assertThatThrownBy(() -> runner.run(RunFixture.task("t", BILLING, RunFixture.LIMITS), "a"))
          .isInstanceOf(PauseStage.class)
          .hasMessageContaining("database billing: Connection to 127.0.0.1");
      assertThat(bench.text("select state || problems[1] from sluice.task_run"))
          .startsWith("failed")
          .contains("Connection to 127.0.0.1");
      other.server().start();
      assertThat(
              runner
                  .run(RunFixture.task("t", BILLING, RunFixture.LIMITS), "a")
                  .orElseThrow()
                  .state())
          .isEqualTo(State.DONE);
    }
  }

  @Test
  void endsTheRun_whenItsServerCrashesWithinAStep() throws Exception {
    try (RunFixture bench = RunFixture.of(17);
        EmbeddedDatabase other = EmbeddedDatabase.startPrivate();
        Elsewhere billing = new Elsewhere(other, 2);
        TaskRunner runner = bench.runner(billing.pools, Clock.systemUTC())) {
      runner.with(
          MaintenanceSpec.class,
          (spec, run) -> {
            run.step(
                new Crashing(
                    () -> {
                      other.server().kill();
                      return "select 1";
                    }));
            throw new AssertionError("went on");
          });
      assertThatThrownBy(() -> runner.run(RunFixture.task("t", BILLING, RunFixture.LIMITS), "a"))
          .isInstanceOf(PauseStage.class);
      assertThat(bench.text("select outcome from sluice.task_step")).isEqualTo("failed");
      assertThat(bench.text("select state from sluice.task_run")).isEqualTo("failed");
    }
  }

  @Test
  void losesOneStepOnly_whenItsBackendIsKilled() throws Exception {
    try (RunFixture bench = RunFixture.of(17);
        TaskRunner runner =
            bench.runner(
                (spec, run) -> {
                  run.step(new Crashing(() -> "select pg_terminate_backend(pg_backend_pid())"));
                  run.step(SqlStep.transaction("Make", List.of("create table made ()")));
                })) {
      RunResult result = runner.run(RunFixture.task("t"), "a").orElseThrow();
      assertThat(result.state()).isEqualTo(State.PARTIAL);
      assertThat(bench.text("select to_regclass('made')")).isEqualTo("made");
    }
  }

  @Test
  void recordsTheEnd_whenTheLedgerWasAwayForAMoment() throws Exception {
    try (EmbeddedDatabase server = EmbeddedDatabase.startPrivate();
        RunFixture bench = RunFixture.on(server);
        EmbeddedDatabase other = EmbeddedDatabase.startPrivate();
        Elsewhere billing = new Elsewhere(other, 2);
        TaskRunner runner = bench.runner(billing.pools, Clock.systemUTC())) {
      runner.with(MaintenanceSpec.class, (spec, run) -> server.server().stop());
      CompletableFuture<RunResult> running =
          CompletableFuture.supplyAsync(
              () ->
                  runner.run(RunFixture.task("t", BILLING, RunFixture.LIMITS), "a").orElseThrow());
      await().until(() -> bench.count("sluice.task.runs", "task", "t") == 1);
      server.server().start();
      assertThat(running.get(30, TimeUnit.SECONDS).state()).isEqualTo(State.DONE);
      assertThat(bench.text("select state from sluice.task_run")).isEqualTo("done");
    }
  }

  @Test
  void takesTheNewPassword_whenItsSecretIsRotated() throws Exception {
    try (EmbeddedDatabase other = EmbeddedDatabase.startPrivate();
        Elsewhere billing = new Elsewhere(other, 2)) {
      RunFixture.execute(billing.database.dataSource(), "create role tender login password 'one'");
      Path secret = billing.login("tender", "one");
      try (Connection connection = billing.pools.get(BILLING).getConnection()) {
        Files.writeString(secret, "two");
        RunFixture.execute(billing.database.dataSource(), "alter role tender password 'two'");
        try (Connection second = billing.pools.get(BILLING).getConnection()) {
          assertThat(second.isValid(5)).isTrue();
        }
        assertThat(connection.isValid(5)).isTrue();
      }
    }
  }

  @Test
  void opensANewPool_whenTheDeclarationChanges() throws Exception {
    try (EmbeddedDatabase other = EmbeddedDatabase.startPrivate();
        Elsewhere billing = new Elsewhere(other, 2)) {
      RunFixture.execute(billing.database.dataSource(), "create role tender login password 'one'");
      try (Connection old = billing.pools.get(BILLING).getConnection()) {
        billing.login("tender", "one");
        try (Connection connection = billing.pools.get(BILLING).getConnection()) {
          assertThat(connection.getMetaData().getUserName()).isEqualTo("tender");
        }
        assertThat(old.isValid(5)).isTrue();
      }
      billing.spec.set(null);
      assertThatThrownBy(() -> billing.pools.get(BILLING))
          .isInstanceOf(UnknownDatabaseException.class);
    }
  }

  private static TaskRunner runner(RunFixture bench, Elsewhere billing) {
    Databases both = name -> name.equals(BILLING) ? billing.pools.get(name) : bench.dataSource();
    return bench
        .runner(both, Clock.systemUTC())
        .with(
            MaintenanceSpec.class,
            (spec, run) ->
                run.step(
                    SqlStep.transaction(
                        "Make",
                        List.of(
                            "create table if not exists made (x int)",
                            "insert into made values (1)"))));
  }

  /** A declared database on a server of its own. */
  private static final class Elsewhere implements AutoCloseable {
    final EmbeddedDatabase.Database database;
    final AtomicReference<DatabaseSpec> spec = new AtomicReference<>();
    final DatabasePools pools;

    Elsewhere(EmbeddedDatabase server, int connections) {
      database = server.createDatabase();
      spec.set(spec(database.user(), RunFixture.secret(database.password()), connections));
      pools =
          new DatabasePools(
              spec.get(), null, this::tasks, Duration.ofSeconds(1), new SimpleMeterRegistry());
    }

    private DatabaseSpec spec(String user, Secret password, int connections) {
      return new DatabaseSpec(
          BILLING, database.jdbcUrl(), user, Optional.of(password), connections);
    }

    Path login(String user, String password) {
      Secret secret = RunFixture.secret(password);
      spec.set(spec(user, secret, 2));
      return Path.of(secret.locator());
    }

    private TaskSet tasks() {
      return new TaskSet(Map.of(), spec.get() == null ? Map.of() : Map.of(BILLING, spec.get()));
    }

    @Override
    public void close() {
      pools.close();
    }
  }

  /** Something happens within its transaction. */
  private record Crashing(java.util.function.Supplier<String> happening) implements Step {
    @Override
    public String description() {
      return "Crash";
    }

    @Override
    public List<String> sql() {
      return List.of("select 1");
    }

    @Override
    public StepResult run(StepContext context) throws java.sql.SQLException {
      context.transaction(connection -> connection.createStatement().execute(happening.get()));
      return StepResult.done();
    }
  }
}
