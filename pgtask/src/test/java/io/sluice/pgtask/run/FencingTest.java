package io.sluice.pgtask.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.expired.ExpiredLedger;
import io.sluice.pgtask.expired.ExpiredLedger.ExpiringPartition;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.MaintenanceSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A process that slept, and wakes up when another has taken its run over, writes nothing more. */
class FencingTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  private final CountDownLatch asleep = new CountDownLatch(1);
  private final CountDownLatch wake = new CountDownLatch(1);
  private RunFixture bench;

  private void sleep() {
    asleep.countDown();
    TaskRunnerTest.awaitLatch(wake);
  }

  private static void insert(Connection connection, String who) throws SQLException {
    Sql.execute(connection, "insert into written values ('" + who + "')");
  }

  /** Work of a run. */
  @FunctionalInterface
  private interface Work {
    void on(TaskRun run) throws SQLException;
  }

  private record WorkStep(Work work, TaskRun live) implements Step {
    @Override
    public String description() {
      return "Write";
    }

    @Override
    public List<String> sql() {
      return List.of();
    }

    @Override
    public StepResult run(StepContext context) throws SQLException {
      work.on(live);
      return StepResult.done();
    }
  }

  private static TaskKind<MaintenanceSpec> doing(Work work) {
    return (spec, run) -> run.step(new WorkStep(work, run));
  }

  /** What the first wrote before it slept, and what the second did, as text. */
  private String written(int version, Work first) throws Exception {
    try (RunFixture opened = RunFixture.of(version);
        TaskRunner sleeper = opened.asleep(doing(first));
        TaskRunner other =
            opened.runner(
                doing(
                    run ->
                        run.transaction(
                            c -> {
                              insert(c, "second");
                              return null;
                            })))) {
      bench = opened;
      bench.execute("create table written (who text)");
      CompletableFuture<RunResult> sleeping =
          CompletableFuture.supplyAsync(() -> sleeper.run(RunFixture.task("t"), "a").orElseThrow());
      TaskRunnerTest.awaitLatch(asleep);
      bench.execute("update sluice.task_run set alive_at = alive_at - interval '31 s'");
      RunResult taken = other.run(RunFixture.task("t"), "b").orElseThrow();
      assertThat(taken.problems()).isEmpty();
      assertThat(taken.state()).isEqualTo(State.DONE);
      wake.countDown();
      sleeping.get(20, TimeUnit.SECONDS);
      assertThat(bench.text("select string_agg(state, ' ' order by id) from sluice.task_run"))
          .isEqualTo("lost done");
      assertThat(
              bench.text("select string_agg(outcome, ' ' order by run_id) from sluice.task_step"))
          .isEqualTo("lost done");
      assertThat(bench.text("select count(*) from sluice.expired_partition")).isEqualTo("0");
      return bench.text("select string_agg(who, ' ' order by who) from written");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void inATransaction(int version) throws Exception {
    assertThat(
            written(
                version,
                run ->
                    run.transaction(
                        c -> {
                          insert(c, "first");
                          sleep();
                          return null;
                        })))
        .isEqualTo("second");
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void betweenTransactions(int version) throws Exception {
    assertThat(
            written(
                version,
                run -> {
                  run.autocommit("insert into written values ('before')");
                  sleep();
                  run.autocommit("insert into written values ('first')");
                }))
        .isEqualTo("before second");
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void withAConnectionOfItsOwn(int version) throws Exception {
    assertThat(
            written(
                version,
                run -> {
                  try (Connection connection = run.connection()) {
                    insert(connection, "before");
                    sleep();
                    insert(connection, "first");
                  }
                }))
        .isEqualTo("before second");
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void inTheLedger(int version) throws Exception {
    ExpiringPartition partition =
        new ExpiringPartition(
            "t",
            new TableName("public", "t"),
            new TableName("public", "t_1"),
            1,
            "1",
            "2",
            "drop",
            Optional.empty(),
            0,
            false);
    assertThat(
            written(
                version,
                run -> {
                  sleep();
                  ExpiredLedger.of(new Transactions(bench.dataSource()), run)
                      .decide(partition, Instant.EPOCH);
                }))
        .isEqualTo("second");
  }
}
