package io.sluice.pgtask.schedule;

import com.github.kagkarlsson.scheduler.ScheduledExecution;
import com.github.kagkarlsson.scheduler.ScheduledExecutionsFilter;
import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.exceptions.TaskInstanceException;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstanceId;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import io.sluice.core.thread.FatalErrors;
import io.sluice.pgtask.run.RunHistory;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSet;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the tasks of a set at their times, each once across all processes that share the ledger. A
 * time that passed while no process was there is made up for by one run. An execution whose process
 * was killed is taken up by another about a minute later.
 *
 * <p>Times are kept by db-scheduler in sluice.scheduled_tasks; an execution's instance is the
 * task's name, its data the schedule that its time comes from. See
 * https://github.com/kagkarlsson/db-scheduler
 */
public final class TaskScheduler implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TaskScheduler.class);
  private static final String NAME = "sluice-task";
  private static final String TABLE = "sluice.scheduled_tasks";
  private static final String BY = "schedule";

  /** Someone else runs it, or its killed process has not been given up yet. */
  private static final Duration BUSY = Duration.ofSeconds(15);

  private static final int MISSED_HEARTBEATS = 4; // the least that db-scheduler allows

  private final Supplier<TaskSet> tasks;
  private final TaskRunner runner;
  private final RunHistory history;
  private final Clock clock;
  private final Scheduler scheduler;
  private volatile boolean stopping;

  /**
   * @param threads tasks that run at the same time in this process
   * @param poll how often it looks for what is due
   * @param lost how long a process may be silent before another takes up what it ran
   * @param stop how long {@link #close} waits for what runs
   */
  public record Settings(
      String instance, int threads, Duration poll, Duration lost, Duration stop) {}

  /**
   * @param ledger migrated before {@link #start}
   */
  public TaskScheduler(
      DataSource ledger,
      Supplier<TaskSet> tasks,
      TaskRunner runner,
      RunHistory history,
      Clock clock,
      Settings settings) {
    this.tasks = tasks;
    this.runner = runner;
    this.history = history;
    this.clock = clock;
    CustomTask<String> task =
        Tasks.custom(NAME, String.class)
            .onFailure(this::failed)
            .onDeadExecution((complete, operations) -> revive(complete, operations))
            .execute((instance, context) -> execute(instance));
    this.scheduler =
        Scheduler.create(ledger, task)
            .tableName(TABLE)
            .serializer(new TextSerializer())
            .jdbcCustomization(new PostgreSqlJdbcCustomization(false, false))
            .schedulerName(new SchedulerName.Fixed(settings.instance()))
            .clock(clock::instant)
            .threads(settings.threads())
            .pollingInterval(settings.poll())
            .heartbeatInterval(settings.lost().dividedBy(MISSED_HEARTBEATS))
            .missedHeartbeatsLimit(MISSED_HEARTBEATS)
            .shutdownMaxWait(settings.stop())
            .failureLogging(LogLevel.OFF, false)
            .build();
  }

  /** Looks for what is due from now on; nothing more happens if it does already. */
  public synchronized void start() {
    if (!scheduler.getSchedulerState().isStarted() && !stopping) {
      scheduler.start();
    }
  }

  public boolean isRunning() {
    return scheduler.getSchedulerState().isStarted() && !stopping;
  }

  /**
   * Brings the times in line with the set of tasks: new ones get a time, those whose schedule
   * changed another, those that are gone none. Call it when the set changes, and now and then.
   */
  public void sync() {
    Map<String, ScheduledExecution<String>> known = new HashMap<>();
    scheduler.fetchScheduledExecutionsForTask(
        NAME,
        String.class,
        ScheduledExecutionsFilter.all(),
        execution -> known.put(execution.getTaskInstance().getId(), execution));
    for (Task task : tasks.get().all()) {
      if (task.schedule().isPresent()) {
        sync(task, Optional.ofNullable(known.remove(task.name())));
      }
    }
    known.values().forEach(this::forget);
  }

  private void sync(Task task, Optional<ScheduledExecution<String>> known) {
    String times = TaskTimes.fingerprint(task);
    if (known.isEmpty()) {
      TaskInstance<String> instance = new TaskInstance<>(NAME, task.name(), times);
      scheduler.scheduleIfNotExists(instance, first(task));
    } else if (!known.get().isPicked() && !times.equals(known.get().getData())) {
      changed(() -> scheduler.reschedule(id(task.name()), first(task), times));
    }
  }

  private void forget(ScheduledExecution<String> gone) {
    if (!gone.isPicked()) { // else its end removes it
      changed(() -> scheduler.cancel(gone.getTaskInstance()));
    }
  }

  /** Another process may have picked or removed it just now; then it sees to it. */
  private static void changed(Runnable change) {
    try {
      change.run();
    } catch (TaskInstanceException e) {
      LOG.debug("Left to the process that works on it: {}", e.getMessage());
    }
  }

  private static TaskInstanceId id(String task) {
    return TaskInstanceId.of(NAME, task);
  }

  private Instant first(Task task) {
    return TaskTimes.first(task, clock.instant(), history.lastEnd(task.name()));
  }

  private Optional<Task> scheduled(String name) {
    return tasks.get().task(name).filter(task -> task.schedule().isPresent());
  }

  /** db-scheduler would record an error as a failure and go on. */
  private CompletionHandler<String> execute(TaskInstance<String> instance) {
    try {
      return run(instance);
    } catch (StackOverflowError e) {
      throw e; // of this task alone
    } catch (Error e) {
      FatalErrors.report(e);
      throw e;
    }
  }

  private CompletionHandler<String> run(TaskInstance<String> instance) {
    String name = instance.getId();
    Optional<Task> task = scheduled(name);
    Instant now = clock.instant();
    if (task.isEmpty() || TaskTimes.inWindow(task.get(), now).isAfter(now)) {
      return (complete, operations) ->
          then(name, complete, operations, current -> TaskTimes.inWindow(current, now));
    }
    Optional<RunResult> result = runner.run(task.get(), BY);
    return (complete, operations) ->
        then(name, complete, operations, current -> next(current, result));
  }

  private Instant next(Task task, Optional<RunResult> result) {
    Instant now = clock.instant();
    if (result.isEmpty()) {
      return now.plus(BUSY);
    }
    return stopping && result.get().state() == State.CANCELLED
        ? TaskTimes.inWindow(task, now) // for the next process
        : TaskTimes.after(task, result.get().state(), result.get().busy(), now);
  }

  /** What the end of an execution leads to, after the tasks as they are by then. */
  private void then(
      String name,
      ExecutionComplete complete,
      ExecutionOperations<String> operations,
      java.util.function.Function<Task, Instant> next) {
    scheduled(name)
        .ifPresentOrElse(
            task -> operations.reschedule(complete, next.apply(task), TaskTimes.fingerprint(task)),
            operations::remove);
  }

  private void failed(ExecutionComplete complete, ExecutionOperations<String> operations) {
    String name = complete.getExecution().getId();
    int failures = complete.getExecution().consecutiveFailures;
    LOG.warn(
        "Task {} waits: {}",
        name,
        complete.getCause().map(Throwable::getMessage).orElse("stopped"));
    then(
        name, complete, operations, task -> TaskTimes.afterOutage(task, failures, clock.instant()));
  }

  private void revive(ExecutionComplete complete, ExecutionOperations<String> operations) {
    String name = complete.getExecution().getId();
    LOG.warn(
        "Task {} is taken over: its process {} is silent", name, complete.getExecution().pickedBy);
    then(name, complete, operations, task -> TaskTimes.inWindow(task, clock.instant()));
  }

  /** Cancels what runs here; it is due again at once for the next process. */
  @Override
  public void close() {
    stopping = true;
    scheduler.pause();
    runner.close();
    scheduler.stop();
  }
}
