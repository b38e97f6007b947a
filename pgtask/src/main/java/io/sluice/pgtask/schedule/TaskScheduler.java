package io.sluice.pgtask.schedule;

import static java.util.stream.Collectors.toSet;

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
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import io.sluice.core.sql.Transactions;
import io.sluice.core.thread.FatalErrors;
import io.sluice.pgtask.run.RunHistory;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.schedule.Processes.Peer;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSet;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
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
 * task's name and the schedule that its time comes from, so that processes that declare a task
 * differently each keep theirs. See https://github.com/kagkarlsson/db-scheduler
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
  private final Processes processes;
  private final Scheduler scheduler;
  private volatile Set<String> kept = Set.of();
  private volatile List<String> elsewhere = List.of();
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
    this.processes = new Processes(new Transactions(ledger), settings.instance(), settings.lost());
    CustomTask<Void> task =
        Tasks.custom(NAME, Void.class)
            .onFailure(this::failed)
            .onDeadExecution((complete, operations) -> revive(complete, operations))
            .execute((instance, context) -> execute(instance));
    this.scheduler =
        Scheduler.create(ledger, task)
            .tableName(TABLE)
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
   * changed another, those that are gone none, unless another process declares them. Call it when
   * the set changes, and now and then.
   */
  public void sync() {
    Map<String, Task> declared = declared();
    List<Peer> others = processes.exchange(declared.keySet());
    kept = others.stream().flatMap(other -> other.schedules().stream()).collect(toSet());
    Map<String, ScheduledExecution<Void>> known = new HashMap<>();
    scheduler.fetchScheduledExecutionsForTask(
        NAME,
        Void.class,
        ScheduledExecutionsFilter.all(),
        execution -> known.put(execution.getTaskInstance().getId(), execution));
    declared.forEach(
        (id, task) -> {
          if (known.remove(id) == null) {
            scheduler.scheduleIfNotExists(new TaskInstance<>(NAME, id), first(task));
          }
        });
    known.keySet().removeAll(kept);
    known.values().forEach(this::forget);
    tellElsewhere(declared.keySet(), others);
  }

  /** Tasks with a schedule, by the id of its execution. */
  private Map<String, Task> declared() {
    Map<String, Task> declared = new HashMap<>();
    for (Task task : tasks.get().all()) {
      if (task.schedule().isPresent()) {
        declared.put(id(task), task);
      }
    }
    return declared;
  }

  /** Says once what only others declare: two directories of tasks are seldom meant. */
  private void tellElsewhere(Set<String> here, List<Peer> others) {
    List<String> now =
        others.stream()
            .filter(Peer::running)
            .flatMap(
                other ->
                    other.schedules().stream()
                        .filter(id -> !here.contains(id))
                        .map(id -> id + " on " + other.instance()))
            .sorted()
            .toList();
    if (!now.isEmpty() && !now.equals(elsewhere)) {
      LOG.warn(
          "Other processes have tasks that this one has not, or has with another schedule; they run there only."
              + " If that is not meant, give all processes the same tasks and the same release: {}",
          now);
    }
    elsewhere = now;
  }

  /** Schedules that only other processes declare, and which. */
  public List<String> elsewhere() {
    return elsewhere;
  }

  private void forget(ScheduledExecution<Void> gone) {
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

  /** Of the execution of a task with a schedule; a task's other schedules have others. */
  public static String id(Task task) {
    return task.name() + " " + TaskTimes.fingerprint(task);
  }

  private Instant first(Task task) {
    return TaskTimes.first(task, clock.instant(), history.lastEnd(task.name()));
  }

  /** db-scheduler would record an error as a failure and go on. */
  private CompletionHandler<Void> execute(TaskInstance<Void> instance) {
    try {
      return run(instance);
    } catch (StackOverflowError e) {
      throw e; // of this task alone
    } catch (Error e) {
      FatalErrors.report(e);
      throw e;
    }
  }

  private CompletionHandler<Void> run(TaskInstance<Void> instance) {
    Task task = declared().get(instance.getId());
    Instant now = clock.instant();
    if (task == null || TaskTimes.inWindow(task, now).isAfter(now)) {
      return (complete, operations) ->
          then(complete, operations, current -> TaskTimes.inWindow(current, now));
    }
    Optional<RunResult> result = runner.run(task, BY);
    return (complete, operations) -> then(complete, operations, current -> next(current, result));
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

  /**
   * What the end of an execution leads to, after the tasks as they are by then. One that only
   * others declare is left to them.
   */
  private void then(
      ExecutionComplete complete,
      ExecutionOperations<Void> operations,
      Function<Task, Instant> next) {
    String id = complete.getExecution().getId();
    Task task = declared().get(id);
    if (task != null) {
      operations.reschedule(complete, next.apply(task));
    } else if (kept.contains(id)) {
      operations.reschedule(complete, clock.instant().plus(BUSY));
    } else {
      operations.remove();
    }
  }

  private void failed(ExecutionComplete complete, ExecutionOperations<Void> operations) {
    String name = complete.getExecution().getId();
    int failures = complete.getExecution().consecutiveFailures;
    LOG.warn(
        "Task {} waits: {}",
        name,
        complete.getCause().map(Throwable::getMessage).orElse("stopped"));
    then(complete, operations, task -> TaskTimes.afterOutage(task, failures, clock.instant()));
  }

  private void revive(ExecutionComplete complete, ExecutionOperations<Void> operations) {
    String name = complete.getExecution().getId();
    LOG.warn(
        "Task {} is taken over: its process {} is silent", name, complete.getExecution().pickedBy);
    then(complete, operations, task -> TaskTimes.inWindow(task, clock.instant()));
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
