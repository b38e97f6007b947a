package io.sluice.pgtask.schedule;

import com.github.kagkarlsson.scheduler.task.schedule.CronSchedule;
import com.github.kagkarlsson.scheduler.task.schedule.CronStyle;
import com.github.kagkarlsson.scheduler.task.schedule.Schedule;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSchedule;
import io.sluice.pgtask.task.TaskSchedule.Cron;
import io.sluice.pgtask.task.TaskSchedule.Daily;
import io.sluice.pgtask.task.TaskSchedule.Every;
import io.sluice.pgtask.task.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.util.Optional;

/** When a task runs next. A time outside its windows moves to where the next one opens. */
final class TaskTimes {

  private static final Duration BACKOFF = Duration.ofSeconds(30);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(10);
  private static final Duration SHORTEST_AFTER_BUSY = Duration.ofMinutes(5);

  private TaskTimes() {}

  /**
   * The first time of a task that is new here, or whose schedule changed.
   *
   * @param lastEnd of its last run
   */
  static Instant first(Task task, Instant now, Optional<Instant> lastEnd) {
    TaskSchedule schedule = task.schedule().orElseThrow();
    if (schedule instanceof Every every) {
      Instant due = lastEnd.map(end -> end.plus(every.rest())).orElse(now);
      return inWindow(task, due.isBefore(now) ? now : due);
    }
    return inWindow(task, next(schedule, now));
  }

  /**
   * The time after a run that just ended. One that ran out of its window goes on in the next; one
   * that others' locks kept from part of its work tries again before its regular time.
   *
   * @param busy whether others' locks did
   */
  static Instant after(Task task, State state, boolean busy, Instant now) {
    Instant regular = inWindow(task, next(task.schedule().orElseThrow(), now));
    Instant sooner = regular;
    if (state == State.STOPPED && !task.windows().isEmpty()) {
      sooner = inWindow(task, now);
    } else if (busy && (state == State.PARTIAL || state == State.FAILED)) {
      sooner = inWindow(task, now.plus(afterBusy(Duration.between(now, regular))));
    }
    return sooner.isBefore(regular) ? sooner : regular;
  }

  /** An hour of a day, and in proportion: whoever held the lock has had time to end. */
  private static Duration afterBusy(Duration regular) {
    Duration part = regular.dividedBy(24);
    return part.compareTo(SHORTEST_AFTER_BUSY) < 0 ? SHORTEST_AFTER_BUSY : part;
  }

  private static Instant next(TaskSchedule schedule, Instant now) {
    if (schedule instanceof Every every) {
      return now.plus(every.rest());
    }
    if (schedule instanceof Daily daily) {
      LocalTime[] times = daily.times().toArray(LocalTime[]::new);
      return Schedules.daily(daily.zone(), times).getInitialExecutionTime(now);
    }
    Cron cron = (Cron) schedule;
    return new CronSchedule(cron.expression(), cron.zone(), CronStyle.UNIX)
        .getInitialExecutionTime(now);
  }

  /** A time itself if a window is open then, else when the next one opens. */
  static Instant inWindow(Task task, Instant time) {
    boolean open = task.windows().stream().anyMatch(window -> window.endIfOpen(time).isPresent());
    if (open || task.windows().isEmpty() || time.equals(Schedule.NEVER)) {
      return time;
    }
    return task.windows().stream()
        .map((Window window) -> window.nextStart(time))
        .min(Instant::compareTo)
        .orElseThrow();
  }

  /**
   * When to try again what an outage ended.
   *
   * @param failures in a row before this one
   */
  static Instant afterOutage(Task task, int failures, Instant now) {
    Duration rest = BACKOFF.multipliedBy(1L << Math.min(Math.max(failures, 0), 8));
    boolean longer = rest.compareTo(LONGEST_BACKOFF) > 0;
    return inWindow(task, now.plus(longer ? LONGEST_BACKOFF : rest));
  }

  /** The same text for the same times, in every process. */
  static String fingerprint(Task task) {
    StringBuilder text = new StringBuilder(task.schedule().orElseThrow().toString());
    for (Window window : task.windows()) {
      text.append(
          " %s %s-%s %s"
              .formatted(
                  window.days().stream().sorted().toList(),
                  window.from(),
                  window.to(),
                  window.zone()));
    }
    return text.toString();
  }
}
