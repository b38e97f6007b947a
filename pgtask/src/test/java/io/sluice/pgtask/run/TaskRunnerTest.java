package io.sluice.pgtask.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.Window;
import java.sql.SQLException;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TaskRunnerTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void recordsStepsInWordsAndSql_whenTheyAreDone(int version) throws Exception {
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner runner =
            bench.runner(
                (spec, run) -> {
                  run.step(SqlStep.transaction("Make a", List.of("create table a (x int)")));
                  run.step(
                      SqlStep.transaction(
                          "Fill a", List.of("insert into a select generate_series(1, 10)")));
                  run.step(
                      SqlStep.batches(
                          "Empty a",
                          "delete from a where x in (select x from a limit 4)",
                          "rowsDeleted"));
                  run.step(SqlStep.autocommit("Vacuum a", "vacuum a", "analyze a"));
                  run.note("a is empty now");
                })) {
      RunResult result = runner.run(RunFixture.task("t"), null).orElseThrow();
      assertThat(result.state()).isEqualTo(State.DONE);
      assertThat(result.steps()).isEqualTo(4);
      assertThat(result.values()).containsEntry("rowsDeleted", 10L);
      assertThat(
              bench.text(
                  "select string_agg(format('%s %s %s: %s', n, outcome, words, sql), '|' order by"
                      + " n) from sluice.task_step where took > '0s' and attempts = 1"))
          .isEqualTo(
              "1 done Make a: create table a (x int)"
                  + "|2 done Fill a: insert into a select generate_series(1, 10)"
                  + "|3 done Empty a: delete from a where x in (select x from a limit 4)"
                  + "|4 done Vacuum a: vacuum a;\nanalyze a");
      assertThat(
              bench.text(
                  "select row(state, kind, database, by = current_user, steps, result, notes,"
                      + " problems, ended_at >= started_at)::text from sluice.task_run"))
          .isEqualTo(
              "(done,maintenance,warehouse,t,4,\"{\"\"rowsDeleted\"\": 10}\","
                  + "\"{\"\"a is empty now\"\"}\",{},t)");
      assertThat(bench.count("sluice.task.runs", "task", "t", "outcome", "done")).isEqualTo(1);
      assertThat(bench.count("sluice.task.steps", "task", "t")).isEqualTo(4);
      assertThat(bench.count("sluice.task.result", "what", "rowsDeleted")).isEqualTo(10);
      assertThat(bench.meters.get("sluice.task.last.success.seconds").gauge().value())
          .isGreaterThan(0);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void runsOnce_whenTwoProcessesWant(int version) throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner first =
            bench.runner(
                (spec, run) -> {
                  inside.countDown();
                  awaitLatch(leave);
                });
        TaskRunner second = bench.runner((spec, run) -> {})) {
      CompletableFuture<?> running =
          CompletableFuture.supplyAsync(() -> first.run(RunFixture.task("t"), "a"));
      awaitLatch(inside);
      assertThat(second.run(RunFixture.task("t"), "b")).isEmpty();
      assertThat(second.run(RunFixture.task("other"), "b")).isPresent();
      leave.countDown();
      running.get(20, TimeUnit.SECONDS);
      assertThat(second.run(RunFixture.task("t"), "b")).isPresent();
      assertThat(bench.text("select string_agg(task || by, ' ' order by id) from sluice.task_run"))
          .isEqualTo("ta otherb tb");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void takesOver_whenTheOtherProcessWasKilled(int version) throws Exception {
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner runner = bench.runner((spec, run) -> {})) {
      long killed = bench.history.begin(RunFixture.task("t"), "a", "gone").orElseThrow();
      assertThat(bench.history.beginStep(killed, 1, "Do", List.of("do"), Instant.now())).isTrue();
      assertThat(runner.run(RunFixture.task("t"), "b")).isEmpty();
      bench.execute("update sluice.task_run set alive_at = alive_at - interval '31 s'");
      assertThat(runner.run(RunFixture.task("t"), "b")).isPresent();
      assertThat(bench.text("select string_agg(state, ' ' order by id) from sluice.task_run"))
          .isEqualTo("lost done");
      assertThat(bench.text("select outcome || ': ' || error from sluice.task_step"))
          .isEqualTo("lost: its process died");
      assertThat(bench.count("sluice.task.runs", "outcome", "lost")).isEqualTo(1);
      assertThat(bench.history.beginStep(killed, 2, "Do", List.of("do"), Instant.now())).isFalse();
      assertThat(bench.history.alive(killed, "")).isTrue();
      long other = bench.history.begin(RunFixture.task("u"), "a", "gone").orElseThrow();
      bench.execute(
          "update sluice.task_run set alive_at = alive_at - interval '31 s' where id = " + other);
      bench.execute("update sluice.task_run set ended_at = to_timestamp(777) where state = 'done'");
      runner.lookAround(List.of("t", "u"));
      assertThat(bench.count("sluice.task.runs", "task", "u", "outcome", "lost")).isEqualTo(1);
      assertThat(bench.meters.get("sluice.task.last.success.seconds").gauge().value())
          .isEqualTo(777);
      assertThat(bench.history.failing(List.of("t", "u", "v"))).containsOnlyKeys("u");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void makesNoFurtherStep_whenItsRunWasTakenOver(int version) throws Exception {
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner runner =
            bench.runner(
                (spec, run) -> {
                  run.step(
                      SqlStep.transaction(
                          "Lose", List.of("update sluice.task_run set state = 'lost'")));
                  run.step(SqlStep.transaction("Never", List.of("create table never ()")));
                })) {
      assertThat(runner.run(RunFixture.task("t"), "a").orElseThrow().state())
          .isEqualTo(State.CANCELLED);
      assertThat(bench.text("select to_regclass('never')")).isNull();
      assertThat(bench.text("select state from sluice.task_run")).isEqualTo("lost");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void saysThatItLivesAndHowFarItIs_whileItRuns(int version) throws Exception {
    CountDownLatch leave = new CountDownLatch(1);
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner runner =
            bench.runner(
                (spec, run) -> {
                  run.progress("rows copied", 1_000, 4_000);
                  awaitLatch(leave);
                })) {
      CompletableFuture<?> running =
          CompletableFuture.supplyAsync(() -> runner.run(RunFixture.task("t"), "a"));
      await()
          .until(
              () ->
                  "rows copied: 1,000 of 4,000 (25 %)"
                      .equals(
                          bench.text(
                              "select progress from sluice.task_run where alive_at > started_at")));
      leave.countDown();
      running.get(20, TimeUnit.SECONDS);
      assertThat(bench.text("select coalesce(progress, '-') from sluice.task_run")).isEqualTo("-");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void breaksOffTheStatementAndUndoes_whenCancelled(int version) throws Exception {
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner runner =
            bench.runner(
                (spec, run) -> {
                  run.step(new Slow());
                  run.step(SqlStep.transaction("Never", List.of("create table never ()")));
                })) {
      CompletableFuture<RunResult> running =
          CompletableFuture.supplyAsync(() -> runner.run(RunFixture.task("t"), "a").orElseThrow());
      await().until(() -> activity(bench, "select pg_sleep(60)%").equals("1"));
      assertThat(bench.history.cancel("nobody")).isFalse();
      assertThat(bench.history.cancel("t")).isTrue();
      RunResult result = running.get(20, TimeUnit.SECONDS);
      assertThat(result.state()).isEqualTo(State.CANCELLED);
      assertThat(result.notes()).containsExactly("cancelled");
      assertThat(result.problems()).isEmpty();
      assertThat(result.values()).containsEntry("batches", 1L);
      assertThat(bench.text("select outcome from sluice.task_step")).isEqualTo("cancelled");
      assertThat(bench.text("select to_regclass('half_done')")).isNull();
      assertThat(bench.text("select to_regclass('never')")).isNull();
      assertThat(bench.text("select state from sluice.task_run")).isEqualTo("cancelled");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void cancelsWhatRuns_whenItsServiceStops(int version) throws Exception {
    try (RunFixture bench = RunFixture.of(version)) {
      TaskRunner runner = bench.runner((spec, run) -> run.step(new Slow()));
      CompletableFuture<RunResult> running =
          CompletableFuture.supplyAsync(() -> runner.run(RunFixture.task("t"), "a").orElseThrow());
      await().until(() -> activity(bench, "select pg_sleep(60)%").equals("1"));
      runner.close();
      assertThat(running.get(20, TimeUnit.SECONDS).state()).isEqualTo(State.CANCELLED);
      assertThat(bench.text("select to_regclass('half_done')")).isNull();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void endsBetweenSteps_whenTheWindowCloses(int version) throws Exception {
    SettableClock clock = new SettableClock(Instant.parse("2026-11-21T01:00:00Z")); // a Saturday
    Window window =
        new Window(
            Set.of(DayOfWeek.SATURDAY), LocalTime.of(1, 0), LocalTime.of(5, 0), ZoneOffset.UTC);
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner runner =
            bench
                .runner(clock)
                .with(
                    MaintenanceSpec.class,
                    (spec, run) -> {
                      assertThat(run.deadline()).contains(Instant.parse("2026-11-21T05:00:00Z"));
                      run.step(SqlStep.transaction("Make a", List.of("create table a ()")));
                      clock.set(Instant.parse("2026-11-21T05:00:00Z"));
                      run.step(SqlStep.transaction("Never", List.of("create table never ()")));
                    })) {
      RunResult result = runner.run(RunFixture.task("t", window), "a").orElseThrow();
      assertThat(result.state()).isEqualTo(State.STOPPED);
      assertThat(result.steps()).isEqualTo(1);
      assertThat(result.notes()).containsExactly("the window closed at 2026-11-21T05:00:00Z");
      assertThat(bench.text("select to_regclass('never')")).isNull();
      RunResult outside = runner.run(RunFixture.task("t", window), "a").orElseThrow();
      assertThat(outside.state()).isEqualTo(State.STOPPED);
      assertThat(outside.notes())
          .containsExactly("outside its windows; the next opens at 2026-11-28T01:00:00Z");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void goesOn_whenAStepFails(int version) throws Exception {
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner runner =
            bench.runner(
                (spec, run) -> {
                  run.step(SqlStep.autocommit("Break", "select 1 / 0"));
                  run.step(SqlStep.transaction("Make a", List.of("create table a ()")));
                })) {
      RunResult result = runner.run(RunFixture.task("t"), "a").orElseThrow();
      assertThat(result.state()).isEqualTo(State.PARTIAL);
      assertThat(result.problems())
          .containsExactly("Break failed: division by zero (SQLSTATE 22012)");
      assertThat(bench.text("select outcome || error from sluice.task_step where n = 1"))
          .isEqualTo("faileddivision by zero (SQLSTATE 22012)");
      assertThat(bench.text("select to_regclass('a')")).isEqualTo("a");
      assertThat(bench.count("sluice.task.problems", "task", "t")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void failsAndSaysSo_whenNothingCouldBeDone(int version) throws Exception {
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner runner =
            bench.runner((spec, run) -> run.read(c -> c.createStatement().execute("nonsense")))) {
      RunResult result = runner.run(RunFixture.task("t"), "a").orElseThrow();
      assertThat(result.state()).isEqualTo(State.FAILED);
      assertThat(result.problems().get(0)).contains("syntax error");
      RunResult unknown =
          runner.run(RunFixture.task("u", "elsewhere", RunFixture.LIMITS), "a").orElseThrow();
      assertThat(unknown.problems()).hasSize(1);
      assertThat(unknown.problems().get(0)).contains("database elsewhere is not declared");
      assertThat(bench.text("select string_agg(state, ' ') from sluice.task_run"))
          .isEqualTo("failed failed");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void showsExactSqlAndChangesNothing_whenDry(int version) throws Exception {
    try (RunFixture bench = RunFixture.of(version)) {
      bench.execute("create table public.a (x int)");
      String role = "reader_" + bench.database.name();
      bench.execute("create role " + role + " login password 'secret'");
      bench.execute("grant select on public.a to " + role);
      Databases readOnly = name -> bench.as(role);
      List<String> shown = new ArrayList<>();
      try (TaskRunner runner = bench.runner(readOnly, Clock.systemUTC())) {
        runner.with(
            MaintenanceSpec.class,
            (spec, run) -> {
              assertThat(run.dry()).isTrue();
              String rows =
                  run.read(
                      c -> {
                        try (var result =
                            c.createStatement().executeQuery("select count(*) from public.a")) {
                          result.next();
                          return result.getString(1);
                        }
                      });
              assertThat(
                      run.step(
                          SqlStep.autocommit("Drop a of " + rows + " rows", "drop table \"a\"")))
                  .isTrue();
              assertThatThrownBy(() -> run.autocommit("drop table a"))
                  .isInstanceOf(IllegalStateException.class);
              assertThatThrownBy(
                      () -> run.read(c -> c.createStatement().execute("create table b ()")))
                  .isInstanceOf(SQLException.class)
                  .hasMessageContaining("read-only transaction");
            });
        RunResult result =
            runner.dryRun(
                RunFixture.task("t"),
                (step, locks) -> shown.add(step.description() + ": " + step.sql()));
        assertThat(result.state()).isEqualTo(State.DONE);
      }
      assertThat(shown).containsExactly("Drop a of 0 rows: [drop table \"a\"]");
      assertThat(bench.text("select to_regclass('public.a')")).isEqualTo("a");
      assertThat(bench.text("select count(*) from sluice.task_run")).isEqualTo("0");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void forgetsHistory_whenItIsOld(int version) throws Exception {
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner runner =
            bench.runner((spec, run) -> run.step(SqlStep.autocommit("Look", "select 1")))) {
      Task task = RunFixture.task("t");
      runner.run(task, "a");
      runner.run(task, "a");
      bench.execute("update sluice.task_run set ended_at = now() - interval '91 d' where id = 1");
      Instant before = Instant.now().minusSeconds(90L * 24 * 3600);
      assertThat(bench.history.forgetBefore(before)).isEqualTo(1);
      assertThat(bench.text("select count(*) from sluice.task_step")).isEqualTo("1");
    }
  }

  static String activity(RunFixture bench, String query) {
    return bench.text(
        "select count(*) from pg_stat_activity where state = 'active' and query like '%s' and datname = '%s'"
            .formatted(query, bench.database.name()));
  }

  static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Makes a table, then takes a minute. */
  private record Slow() implements Step {
    @Override
    public String description() {
      return "Work slowly";
    }

    @Override
    public List<String> sql() {
      return List.of("create table half_done ()", "select pg_sleep(60)");
    }

    @Override
    public StepResult run(StepContext context) throws SQLException {
      context.autocommit("create table half_done ()");
      context.addResult("batches", 1);
      context.autocommit("select pg_sleep(60)");
      return StepResult.done();
    }

    @Override
    public void undo(StepContext context) throws SQLException {
      context.autocommit("drop table half_done");
    }
  }
}
