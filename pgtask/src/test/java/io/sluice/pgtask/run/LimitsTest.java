package io.sluice.pgtask.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.MaintenanceSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Locks, timeouts and connections of a run. */
class LimitsTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void triesAgainAndCounts_whenOthersHoldTheLock(int version) throws Exception {
    CountDownLatch second = new CountDownLatch(1);
    AtomicInteger attempts = new AtomicInteger();
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner runner =
            bench.runner(
                (spec, run) ->
                    run.step(
                        new Counted(
                            "drop table a",
                            () -> {
                              if (attempts.incrementAndGet() == 2) {
                                second.countDown();
                              }
                            })));
        Connection reader = bench.dataSource().getConnection()) {
      bench.execute("create table a ()");
      reader.setAutoCommit(false);
      reader.createStatement().execute("select from a");
      CompletableFuture<RunResult> running =
          CompletableFuture.supplyAsync(() -> runner.run(RunFixture.task("t"), "a").orElseThrow());
      TaskRunnerTest.awaitLatch(second);
      reader.rollback();
      RunResult result = running.get(20, TimeUnit.SECONDS);
      assertThat(result.state()).isEqualTo(State.DONE);
      assertThat(bench.text("select attempts between 2 and 3 from sluice.task_step"))
          .isEqualTo("t");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void givesUpAndSaysWhy_whenTheLockIsNeverFree(int version) throws Exception {
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner runner =
            bench.runner(
                (spec, run) -> run.step(SqlStep.transaction("Drop a", List.of("drop table a"))));
        Connection reader = bench.dataSource().getConnection()) {
      bench.execute("create table a ()");
      reader.setAutoCommit(false);
      reader.createStatement().execute("select from a");
      RunResult result = runner.run(RunFixture.task("t"), "a").orElseThrow();
      assertThat(result.state()).isEqualTo(State.FAILED);
      assertThat(result.problems())
          .containsExactly(
              "Drop a failed: its lock was held by others; tried 3 times, 100ms each."
                  + " The next run retries");
      assertThat(result.busy()).isTrue();
      assertThat(bench.text("select attempts from sluice.task_step")).isEqualTo("3");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void breaksOffStatement_whenItTakesTooLong(int version) throws Exception {
    Limits limits =
        new Limits(1, Duration.ofSeconds(1), Duration.ofMillis(200), 3, Duration.ofMillis(10));
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner runner =
            bench.runner(
                (spec, run) -> run.step(SqlStep.autocommit("Sleep", "select pg_sleep(60)")))) {
      RunResult result =
          runner.run(RunFixture.task("t", DatabaseSpec.WAREHOUSE, limits), "a").orElseThrow();
      assertThat(result.problems())
          .containsExactly("Sleep failed: interrupted (cancelled, or longer than 200ms)");
      assertThat(result.busy()).isFalse();
      assertThat(bench.text("select attempts from sluice.task_step")).isEqualTo("1");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void opensNoMoreConnectionsThanAllowed_whenManyThreadsWork(int version) throws Exception {
    AtomicInteger most = new AtomicInteger();
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner runner = bench.runner((spec, run) -> run.step(new Parallel(most)))) {
      RunResult result = runner.run(RunFixture.task("t"), "a").orElseThrow();
      assertThat(result.problems()).isEmpty();
      assertThat(most).hasValue(2);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void waitsForItsTurn_whenOtherRunsHaveAllConnections(int version) throws Exception {
    CountDownLatch leave = new CountDownLatch(1);
    CountDownLatch inside = new CountDownLatch(2);
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner runner =
            bench.runner(
                (spec, run) -> {
                  try (Connection one = run.connection();
                      Connection two = run.connection()) {
                    assertThat(one).isNotSameAs(two);
                    inside.countDown();
                    TaskRunnerTest.awaitLatch(leave);
                  }
                });
        TaskRunner later =
            bench.runner((spec, run) -> run.step(SqlStep.autocommit("Look", "select 1")))) {
      CompletableFuture<?> first =
          CompletableFuture.supplyAsync(() -> runner.run(RunFixture.task("a"), "a"));
      CompletableFuture<?> second =
          CompletableFuture.supplyAsync(() -> runner.run(RunFixture.task("b"), "a"));
      TaskRunnerTest.awaitLatch(inside);
      CompletableFuture<RunResult> third =
          CompletableFuture.supplyAsync(() -> later.run(RunFixture.task("c"), "a").orElseThrow());
      // Longer than the pool waits for a connection.
      await()
          .until(
              () ->
                  "t"
                      .equals(
                          bench.text(
                              "select alive_at > started_at + interval '2.5 s'"
                                  + " from sluice.task_run where task = 'c'")));
      assertThat(third).isNotDone();
      leave.countDown();
      first.get(20, TimeUnit.SECONDS);
      second.get(20, TimeUnit.SECONDS);
      assertThat(third.get(20, TimeUnit.SECONDS).state()).isEqualTo(State.DONE);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void forgetsSessionSettings_whenTheNextStepBegins(int version) throws Exception {
    String settings =
        "select concat_ws(' ', current_setting('work_mem'), current_setting('timezone'),"
            + " current_setting('datestyle'), current_setting('lock_timeout'),"
            + " current_setting('statement_timeout'), current_setting('synchronous_commit'),"
            + " current_setting('client_connection_check_interval'),"
            + " current_setting('application_name'), current_user = session_user)";
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner runner =
            bench
                .runner(java.time.Clock.systemUTC())
                .with(
                    MaintenanceSpec.class,
                    (spec, run) -> {
                      String before = run.read(c -> first(c, settings));
                      run.autocommit("set work_mem = '123MB'");
                      run.autocommit("set synchronous_commit = off");
                      run.autocommit("set role pg_monitor");
                      run.autocommit("set timezone = 'Asia/Shanghai'");
                      String after = run.read(c -> first(c, settings));
                      assertThat(after).isEqualTo(before);
                      assertThat(before)
                          .endsWith(" UTC ISO, MDY 100ms 20s off 5s sluice task run 1 t t");
                    })) {
      assertThat(runner.run(RunFixture.task("t"), "a").orElseThrow().problems()).isEmpty();
    }
  }

  private static String first(Connection connection, String query) throws SQLException {
    return Sql.one(connection, query, row -> row.getString(1));
  }

  /** One statement; says when it is tried. */
  private record Counted(String statement, Runnable onAttempt) implements Step {
    @Override
    public String description() {
      return "Try";
    }

    @Override
    public List<String> sql() {
      return List.of(statement);
    }

    @Override
    public StepResult run(StepContext context) throws SQLException {
      context.transaction(
          connection -> {
            onAttempt.run();
            return connection.createStatement().execute(statement);
          });
      return StepResult.done();
    }
  }

  /** Wants eight connections at once; counts how many it had. */
  private record Parallel(AtomicInteger most) implements Step {
    @Override
    public String description() {
      return "Work in parallel";
    }

    @Override
    public List<String> sql() {
      return List.of("select");
    }

    @Override
    public StepResult run(StepContext context) {
      AtomicInteger now = new AtomicInteger();
      ExecutorService threads = Executors.newFixedThreadPool(8);
      try {
        List<Future<Boolean>> all =
            java.util.stream.IntStream.range(0, 40)
                .mapToObj(i -> threads.submit(() -> one(context, now)))
                .toList();
        for (Future<Boolean> one : all) {
          assertThat(one.get(20, TimeUnit.SECONDS)).isTrue();
        }
      } catch (Exception e) {
        throw new AssertionError(e);
      } finally {
        threads.shutdown();
      }
      return StepResult.done();
    }

    private boolean one(StepContext context, AtomicInteger now) throws SQLException {
      try (Connection connection = context.connection()) {
        most.accumulateAndGet(now.incrementAndGet(), Math::max);
        connection.createStatement().execute("select pg_sleep(0.01)");
        now.decrementAndGet();
        return true;
      }
    }
  }
}
