package io.sluice.pgtask.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.sql.Sql;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSet;
import io.sluice.testkit.PrivatePgBouncer;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Tasks whose database is behind a pooler. */
@EnabledIf(
    value = "io.sluice.testkit.PrivatePgBouncer#isInstalled",
    disabledReason = "PgBouncer is not installed; on Debian: apt-get install pgbouncer")
class PgBouncerIT {

  private static final String BILLING = "billing";

  /** At most one connection, everywhere. */
  private static final Limits ONE =
      new Limits(1, Duration.ofSeconds(1), Duration.ofSeconds(20), 3, Duration.ofMillis(20));

  private static DatabasePools pools(PrivatePgBouncer pooler, RunFixture bench) {
    DatabaseSpec billing =
        new DatabaseSpec(BILLING, pooler.jdbcUrl(), bench.database.user(), Optional.empty(), 1);
    return new DatabasePools(
        billing,
        null,
        () -> new TaskSet(Map.of(), Map.of(BILLING, billing)),
        Duration.ofSeconds(5),
        new SimpleMeterRegistry());
  }

  private static TaskRunner runner(RunFixture bench, DatabasePools pools) {
    return bench
        .runner(pools, Clock.systemUTC())
        .with(
            MaintenanceSpec.class,
            (spec, run) -> {
              run.read(c -> Sql.number(c, "select 1"));
              run.step(SqlStep.transaction("Make", List.of("create table made ()")));
            });
  }

  private static Task task() {
    return RunFixture.task("t", BILLING, ONE);
  }

  @Test
  void refuses_whenThePoolerIsInTransactionMode() throws Exception {
    try (RunFixture bench = RunFixture.of(17);
        PrivatePgBouncer pooler = PrivatePgBouncer.start(bench.database, "transaction", 4);
        DatabasePools pools = pools(pooler, bench);
        TaskRunner runner = runner(bench, pools)) {
      assertThatThrownBy(() -> runner.run(task(), "a"))
          .isInstanceOf(PauseStage.class)
          .hasMessageContaining("database billing")
          .hasMessageContaining("pool_mode = session");
      assertThat(bench.text("select state || problems[1] from sluice.task_run"))
          .startsWith("failed")
          .contains("pool_mode = session");
      assertThat(bench.text("select to_regclass('made')")).isNull();
      assertThatThrownBy(() -> runner.dryRun(task(), (step, locks) -> {}))
          .isInstanceOf(PauseStage.class);
    }
  }

  /** The session that was lent last is at work for somebody else when the next is asked for. */
  @Test
  void refuses_whenOthersUseTheSameServerSessions() throws Exception {
    try (RunFixture bench = RunFixture.of(17);
        PrivatePgBouncer pooler = PrivatePgBouncer.start(bench.database, "transaction", 8);
        DatabasePools pools = pools(pooler, bench);
        DatabasePools others = pools(pooler, bench);
        Connection busy = others.get(BILLING).getConnection();
        TaskRunner runner = runner(bench, pools)) {
      busy.setAutoCommit(false);
      Sql.number(busy, "select 1");
      assertThatThrownBy(() -> runner.run(task(), "a"))
          .isInstanceOf(PauseStage.class)
          .hasMessageContaining("pool_mode = session");
    }
  }

  @Test
  void works_whenThePoolerHasOneServerSessionInSessionMode() throws Exception {
    try (RunFixture bench = RunFixture.of(17);
        PrivatePgBouncer pooler = PrivatePgBouncer.start(bench.database, "session", 1);
        DatabasePools pools = pools(pooler, bench);
        TaskRunner runner = runner(bench, pools)) {
      RunResult result = runner.run(task(), "a").orElseThrow();
      assertThat(result.problems()).isEmpty();
      assertThat(result.state()).isEqualTo(State.DONE);
      assertThat(bench.text("select to_regclass('made')")).isEqualTo("made");
    }
  }
}
