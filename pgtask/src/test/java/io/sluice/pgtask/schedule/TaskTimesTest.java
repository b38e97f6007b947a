package io.sluice.pgtask.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSchedule;
import io.sluice.pgtask.task.TaskSchedule.Cron;
import io.sluice.pgtask.task.TaskSchedule.Daily;
import io.sluice.pgtask.task.TaskSchedule.Every;
import io.sluice.pgtask.task.Window;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TaskTimesTest {

  private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z"); // a Friday
  private static final TaskSchedule HOURLY = new Every(Duration.ofHours(1));

  /** Saturday 01:00 to 05:00 in Shanghai. */
  private static final Window SATURDAY =
      new Window(Set.of(DayOfWeek.SATURDAY), LocalTime.of(1, 0), LocalTime.of(5, 0), SHANGHAI);

  private static final Instant OPENS = Instant.parse("2026-11-20T17:00:00Z");

  @Test
  void runsAtOnce_whenItRestsAndNeverRan() {
    assertThat(TaskTimes.first(task(HOURLY), NOW, Optional.empty())).isEqualTo(NOW);
  }

  @Test
  void keepsItsRest_whenItIsNewHereAndRanBefore() {
    Instant ended = NOW.minus(Duration.ofMinutes(20));
    assertThat(TaskTimes.first(task(HOURLY), NOW, Optional.of(ended)))
        .isEqualTo(NOW.plus(Duration.ofMinutes(40)));
    assertThat(TaskTimes.first(task(HOURLY), NOW, Optional.of(ended.minus(Duration.ofDays(9)))))
        .isEqualTo(NOW);
  }

  @Test
  void restsAfterItsEnd_whenItRuns() {
    assertThat(TaskTimes.after(task(HOURLY), State.DONE, false, NOW))
        .isEqualTo(NOW.plus(Duration.ofHours(1)));
  }

  @Test
  void triesAgainSooner_whenOthersHeldItsLocks() {
    Task daily = task(new Daily(List.of(LocalTime.of(12, 0)), ZoneOffset.UTC));
    assertThat(TaskTimes.after(daily, State.PARTIAL, true, NOW))
        .isEqualTo(NOW.plus(Duration.ofHours(1)));
    assertThat(TaskTimes.after(daily, State.FAILED, true, NOW.minus(Duration.ofMinutes(30))))
        .isEqualTo(NOW.minus(Duration.ofMinutes(25)));
    assertThat(TaskTimes.after(daily, State.PARTIAL, true, NOW.minusSeconds(10))).isEqualTo(NOW);
    assertThat(TaskTimes.after(daily, State.PARTIAL, false, NOW))
        .isEqualTo(NOW.plus(Duration.ofDays(1)));
    assertThat(TaskTimes.after(daily, State.CANCELLED, true, NOW))
        .isEqualTo(NOW.plus(Duration.ofDays(1)));
  }

  @Test
  void takesTheNextTimeOfTheDay_whenDaily() {
    Task task = task(new Daily(List.of(LocalTime.of(3, 10), LocalTime.of(21, 30)), SHANGHAI));
    Instant evening = Instant.parse("2026-11-20T13:30:00Z");
    assertThat(TaskTimes.first(task, NOW, Optional.of(NOW))).isEqualTo(evening);
    assertThat(TaskTimes.after(task, State.DONE, false, evening))
        .isEqualTo(Instant.parse("2026-11-20T19:10:00Z"));
  }

  @Test
  void keepsLocalTime_whenTheClocksChange() {
    Task task = task(new Daily(List.of(LocalTime.of(3, 10)), BERLIN));
    assertThat(TaskTimes.after(task, State.DONE, false, Instant.parse("2026-03-28T02:10:00Z")))
        .isEqualTo(Instant.parse("2026-03-29T01:10:00Z"));
    Task inTheGap = task(new Daily(List.of(LocalTime.of(2, 30)), BERLIN));
    assertThat(TaskTimes.after(inTheGap, State.DONE, false, Instant.parse("2026-03-28T02:10:00Z")))
        .isEqualTo(Instant.parse("2026-03-29T01:30:00Z"));
  }

  @Test
  void readsCrontabInItsZone_whenCron() {
    Task task = task(new Cron("10 3 * * 1-5", SHANGHAI));
    assertThat(TaskTimes.after(task, State.DONE, false, NOW))
        .isEqualTo(Instant.parse("2026-11-22T19:10:00Z"));
  }

  @Test
  void movesToTheWindow_whenTheTimeIsOutside() {
    Task task = task(HOURLY, SATURDAY);
    assertThat(TaskTimes.first(task, NOW, Optional.empty())).isEqualTo(OPENS);
    assertThat(TaskTimes.after(task, State.DONE, false, OPENS)).isEqualTo(OPENS.plusSeconds(3600));
    Instant late = OPENS.plus(Duration.ofMinutes(200));
    assertThat(TaskTimes.after(task, State.DONE, false, late))
        .isEqualTo(OPENS.plus(Duration.ofDays(7)));
  }

  @Test
  void goesOnInTheNextWindow_whenTheLastOneClosed() {
    Instant closed = OPENS.plus(Duration.ofHours(4));
    Task monthly = task(new Cron("0 2 1 * *", SHANGHAI), SATURDAY);
    assertThat(TaskTimes.after(monthly, State.STOPPED, false, closed))
        .isEqualTo(OPENS.plus(Duration.ofDays(7)));
    assertThat(TaskTimes.after(monthly, State.DONE, false, closed))
        .isAfter(OPENS.plus(Duration.ofDays(7)));
  }

  @Test
  void backsOff_whenOutagesFollowEachOther() {
    Task task = task(HOURLY);
    assertThat(List.of(0, 1, 2, 4, 5, 99))
        .extracting(n -> Duration.between(NOW, TaskTimes.afterOutage(task, n, NOW)).toSeconds())
        .containsExactly(30L, 60L, 120L, 480L, 600L, 600L);
    assertThat(TaskTimes.afterOutage(task(HOURLY, SATURDAY), 0, NOW)).isEqualTo(OPENS);
  }

  @Test
  void neverRuns_whenCronNamesNoDay() {
    Task task = task(new Cron("0 0 30 2 *", ZoneOffset.UTC), SATURDAY);
    assertThat(TaskTimes.after(task, State.DONE, false, NOW))
        .isAfter(Instant.parse("2400-01-01T00:00:00Z"));
  }

  @Test
  void hasAnotherFingerprint_whenTimesOrWindowsDiffer() {
    assertThat(
            List.of(
                TaskTimes.fingerprint(task(HOURLY)),
                TaskTimes.fingerprint(task(new Every(Duration.ofHours(2)))),
                TaskTimes.fingerprint(task(HOURLY, SATURDAY)),
                TaskTimes.fingerprint(task(new Cron("1 1 1 1 1", BERLIN))),
                TaskTimes.fingerprint(task(new Cron("1 1 1 1 1", SHANGHAI)))))
        .doesNotHaveDuplicates();
    assertThat(TaskTimes.fingerprint(task(HOURLY, SATURDAY)))
        .isEqualTo("Every[rest=PT1H] [SATURDAY] 01:00-05:00 Asia/Shanghai");
  }

  static Task task(TaskSchedule schedule, Window... windows) {
    return task("t", schedule, windows);
  }

  static Task task(String name, TaskSchedule schedule, Window... windows) {
    return new Task(
        name,
        "",
        "warehouse",
        ZoneOffset.UTC,
        Optional.ofNullable(schedule),
        List.of(windows),
        Limits.DEFAULT,
        new MaintenanceSpec(
            List.of("*.*"),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }
}
