package io.sluice.pgtask.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.core.fate.PauseStage;
import io.sluice.pgtask.run.RunFixture;
import io.sluice.pgtask.run.SqlStep;
import io.sluice.pgtask.run.TaskKind;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSchedule.Daily;
import io.sluice.pgtask.task.TaskSchedule.Every;
import io.sluice.pgtask.task.TaskSet;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TaskSchedulerTest {

  private static final Every HOURLY = new Every(Duration.ofHours(1));
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration LOST = Duration.ofSeconds(1);

  private final RunFixture bench = RunFixture.of(17);
  private final AtomicReference<TaskSet> tasks = new AtomicReference<>(set());
  private final AtomicInteger runs = new AtomicInteger();

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void runsEachTaskOnce_whenTwoProcessesLook() {
    tasks.set(set(TaskTimesTest.task("a", HOURLY), TaskTimesTest.task("b", HOURLY)));
    try (TaskScheduler first = started("one", (spec, run) -> runs.incrementAndGet());
        TaskScheduler second = started("two", (spec, run) -> runs.incrementAndGet())) {
      await().until(() -> rows("last_success is not null") == 2);
      assertThat(first.isRunning() && second.isRunning()).isTrue();
      assertThat(runs).hasValue(2);
      assertThat(
              bench.text(
                  "select string_agg(task || by || state, ' ' order by task) from sluice.task_run"))
          .isEqualTo("ascheduledone bscheduledone");
      assertThat(rows("execution_time between now() + '59 m' and now() + '61 m'")).isEqualTo(2);
    }
  }

  @Test
  void runsOnce_whenManyTimesWereMissed() throws Exception {
    tasks.set(set(TaskTimesTest.task("t", HOURLY)));
    try (TaskScheduler scheduler = scheduler("one", (spec, run) -> runs.incrementAndGet())) {
      scheduler.sync();
      bench.execute("update sluice.scheduled_tasks set execution_time = now() - interval '3 d'");
      scheduler.start();
      await().until(() -> rows("execution_time > now()") == 1);
      assertThat(runs).hasValue(1);
    }
  }

  @Test
  void followsTheTasks_whenTheyChange() throws Exception {
    tasks.set(
        set(
            TaskTimesTest.task("kept", daily(3)),
            TaskTimesTest.task("moved", daily(3)),
            TaskTimesTest.task("gone", daily(3)),
            TaskTimesTest.task("by-hand", null)));
    try (TaskScheduler scheduler = scheduler("one", (spec, run) -> {})) {
      scheduler.sync();
      assertThat(bench.text(NAMES)).isEqualTo("gone@03 kept@03 moved@03");
      bench.execute(
          "update sluice.scheduled_tasks set execution_time = execution_time - interval '1 h'"
              + " where task_instance like 'kept %'");
      tasks.set(
          set(
              TaskTimesTest.task("kept", daily(3)),
              TaskTimesTest.task("moved", daily(5)),
              TaskTimesTest.task("new", daily(7))));
      scheduler.sync();
      assertThat(bench.text(NAMES)).isEqualTo("kept@02 moved@05 new@07");
    }
  }

  @Test
  void keepsBothSchedules_whenProcessesHaveOtherTasks() {
    AtomicReference<TaskSet> others =
        new AtomicReference<>(
            set(TaskTimesTest.task("shared", HOURLY), TaskTimesTest.task("moved", daily(5))));
    tasks.set(set(TaskTimesTest.task("own", daily(3)), TaskTimesTest.task("moved", daily(4))));
    try (TaskScheduler one = scheduler("one", (spec, run) -> {});
        TaskScheduler two = scheduler("two", others::get, (spec, run) -> {})) {
      one.sync();
      two.sync();
      one.sync();
      two.sync();
      assertThat(bench.text(NAMES)).startsWith("moved@0").contains("own@03", " shared@");
      assertThat(rows("task_instance like 'moved %'")).isEqualTo(2);
      assertThat(two.elsewhere())
          .hasSize(2)
          .allMatch(id -> id.endsWith(" on one"))
          .anyMatch(id -> id.startsWith("own "))
          .anyMatch(id -> id.startsWith("moved "));
      others.set(set());
      two.sync();
      one.sync();
      assertThat(bench.text(NAMES)).isEqualTo("moved@04 own@03");
      assertThat(one.elsewhere()).isEmpty();
    }
  }

  @Test
  void leavesWhatIsDue_toTheProcessThatDeclaresIt() {
    tasks.set(set(TaskTimesTest.task("t", HOURLY)));
    try (TaskScheduler owner = scheduler("one", (spec, run) -> runs.incrementAndGet());
        TaskScheduler stranger =
            scheduler("two", TaskSchedulerTest::set, (spec, run) -> runs.incrementAndGet())) {
      owner.sync();
      stranger.sync();
      stranger.start();
      await().until(() -> rows("last_success is not null and execution_time > now()") == 1);
      assertThat(runs).hasValue(0);
    }
    assertThat(rows("execution_time < now() + interval '1 m'")).isEqualTo(1);
  }

  @Test
  void keepsTheSchedule_ofAProcessThatIsDownForTheNight() throws Exception {
    tasks.set(set(TaskTimesTest.task("t", daily(3))));
    try (TaskScheduler owner = scheduler("one", (spec, run) -> {});
        TaskScheduler stranger = scheduler("two", TaskSchedulerTest::set, (spec, run) -> {})) {
      owner.sync();
      bench.execute("update sluice.task_process set seen_at = now() - interval '10 h'");
      stranger.sync();
      assertThat(rows("true")).isEqualTo(1);
      assertThat(stranger.elsewhere()).isEmpty();
      bench.execute("update sluice.task_process set seen_at = now() - interval '2 d'");
      stranger.sync();
      assertThat(rows("true")).isZero();
    }
  }

  private static final String NAMES =
      "select string_agg(format('%s@%s', split_part(task_instance, ' ', 1),"
          + " to_char(execution_time at time zone 'UTC', 'HH24')), ' ' order by task_instance)"
          + " from sluice.scheduled_tasks";

  @Test
  void forgetsTask_whenItGoesAwayWhileItRuns() {
    tasks.set(set(TaskTimesTest.task("t", HOURLY)));
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    try (TaskScheduler scheduler =
        started(
            "one",
            (spec, run) -> {
              inside.countDown();
              wait(leave);
            })) {
      wait(inside);
      tasks.set(set());
      scheduler.sync();
      assertThat(rows("picked")).isEqualTo(1);
      leave.countDown();
      await().until(() -> rows("true") == 0);
    }
  }

  @Test
  void takesUpExecution_whenItsProcessWasKilled() throws Exception {
    tasks.set(set(TaskTimesTest.task("t", HOURLY)));
    try (TaskScheduler scheduler = scheduler("one", (spec, run) -> runs.incrementAndGet())) {
      scheduler.sync();
      bench.execute(
          "update sluice.scheduled_tasks set picked = true, picked_by = 'killed',"
              + " last_heartbeat = now() - interval '2 s'");
      scheduler.start();
      await().until(() -> runs.get() == 1);
    }
  }

  @Test
  void triesAgainLater_whenADatabaseIsAway() {
    tasks.set(set(TaskTimesTest.task("t", HOURLY)));
    try (TaskScheduler scheduler =
        started(
            "one",
            (spec, run) -> {
              throw new PauseStage("database: away");
            })) {
      await().until(() -> rows("consecutive_failures = 1") == 1);
      assertThat(scheduler.isRunning()).isTrue();
      assertThat(rows("execution_time between now() + '20 s' and now() + '30 s'")).isEqualTo(1);
      assertThat(bench.text("select state || problems[1] from sluice.task_run"))
          .isEqualTo("faileddatabase: away");
    }
  }

  @Test
  void looksAgainSoon_whenAPersonRunsIt() throws Exception {
    tasks.set(set(TaskTimesTest.task("t", HOURLY)));
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    try (TaskRunner person =
        runner(
            (spec, run) -> {
              inside.countDown();
              wait(leave);
            })) {
      CompletableFuture<?> running =
          CompletableFuture.supplyAsync(() -> person.run(TaskTimesTest.task("t", HOURLY), "me"));
      wait(inside);
      try (TaskScheduler scheduler = started("one", (spec, run) -> runs.incrementAndGet())) {
        await().until(() -> rows("last_success is not null") == 1);
        assertThat(scheduler.isRunning()).isTrue();
        assertThat(rows("execution_time < now() + '15 s'")).isEqualTo(1);
        assertThat(runs).hasValue(0);
      }
      leave.countDown();
      running.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void cancelsWhatRunsAndLeavesItDue_whenItStops() {
    tasks.set(set(TaskTimesTest.task("t", HOURLY)));
    TaskScheduler scheduler =
        started("one", (spec, run) -> run.step(SqlStep.autocommit("Sleep", "select pg_sleep(60)")));
    await()
        .until(
            () ->
                "1"
                    .equals(
                        bench.text(
                            "select count(*) from pg_stat_activity where state = 'active'"
                                + " and query = 'select pg_sleep(60)'")));
    scheduler.close();
    assertThat(bench.text("select state from sluice.task_run")).isEqualTo("cancelled");
    assertThat(rows("not picked and execution_time <= now()")).isEqualTo(1);
    assertThat(scheduler.isRunning()).isFalse();
  }

  private static Daily daily(int hour) {
    return new Daily(List.of(LocalTime.of(hour, 0)), ZoneOffset.UTC);
  }

  private static TaskSet set(Task... tasks) {
    return new TaskSet(
        Arrays.stream(tasks).collect(Collectors.toMap(Task::name, Function.identity())), Map.of());
  }

  private int rows(String condition) {
    return Integer.parseInt(
        bench.text("select count(*) from sluice.scheduled_tasks where " + condition));
  }

  private TaskScheduler started(String instance, TaskKind<MaintenanceSpec> kind) {
    TaskScheduler scheduler = scheduler(instance, kind);
    scheduler.sync();
    scheduler.start();
    return scheduler;
  }

  private TaskScheduler scheduler(String instance, TaskKind<MaintenanceSpec> kind) {
    return scheduler(instance, tasks::get, kind);
  }

  private TaskScheduler scheduler(
      String instance, Supplier<TaskSet> declared, TaskKind<MaintenanceSpec> kind) {
    return new TaskScheduler(
        bench.dataSource(),
        declared,
        runner(kind),
        bench.history,
        Clock.systemUTC(),
        new TaskScheduler.Settings(instance, 2, POLL, LOST, Duration.ofSeconds(10)));
  }

  private TaskRunner runner(TaskKind<MaintenanceSpec> kind) {
    return bench.runner(Clock.systemUTC()).with(MaintenanceSpec.class, kind);
  }

  private static void wait(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
