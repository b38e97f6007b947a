package io.sluice.pgtask.run;

import io.sluice.core.fate.FateException;
import io.sluice.core.fate.PauseStage;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSpec;
import io.sluice.pgtask.task.Window;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs tasks, one run of a task at a time across all processes, and keeps their history. */
public final class TaskRunner implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TaskRunner.class);

  private final Databases databases;
  private final RunHistory history;
  private final TaskMetrics metrics;
  private final Map<Class<? extends TaskSpec>, TaskKind<? super TaskSpec>> kinds =
      new ConcurrentHashMap<>();
  private final Map<String, LiveRun> running = new ConcurrentHashMap<>();
  private final ScheduledExecutorService pulse =
      Executors.newSingleThreadScheduledExecutor(TaskRunner::thread);
  private final Clock clock;
  private final String instance;
  private final Duration renewEvery;

  /**
   * @param instance name of this process
   * @param renewEvery how often running runs say that they live; far below what makes them lost
   */
  public TaskRunner(
      Databases databases,
      RunHistory history,
      TaskMetrics metrics,
      Clock clock,
      String instance,
      Duration renewEvery) {
    this.databases = databases;
    this.history = history;
    this.metrics = metrics;
    this.clock = clock;
    this.instance = instance;
    this.renewEvery = renewEvery;
  }

  private static Thread thread(Runnable body) {
    Thread thread = new Thread(body, "sluice-task-pulse");
    thread.setDaemon(true);
    return thread;
  }

  /** Says how a kind of task is done. */
  public <S extends TaskSpec> TaskRunner with(Class<S> spec, TaskKind<S> kind) {
    kinds.put(spec, (s, run) -> kind.run(spec.cast(s), run));
    return this;
  }

  /**
   * Runs a task now; outside its windows it does nothing.
   *
   * @param by who wants it; null for the database role of this process
   * @return empty if another run of it is running
   * @throws PauseStage when a database is away; the run is recorded as failed
   */
  public Optional<RunResult> run(Task task, String by) {
    java.util.OptionalLong id = history.begin(task, by, instance);
    return id.isEmpty() ? Optional.empty() : Optional.of(run(task, id.getAsLong()));
  }

  private RunResult run(Task task, long id) {
    long begun = System.nanoTime();
    Instant now = clock.instant();
    LiveRun run = new LiveRun(id, task, connections(task), history, clock, deadline(task, now));
    running.put(task.name(), run);
    ScheduledFuture<?> renewing = renew(id, run);
    State state = State.FAILED;
    try {
      state = work(task, run, now);
    } catch (FateException e) {
      run.problem(e.getMessage());
      throw e;
    } finally {
      renewing.cancel(false);
      running.remove(task.name());
      RunResult result = run.tally().result(id, state, Duration.ofNanos(System.nanoTime() - begun));
      history.end(result);
      metrics.ended(task, result, clock.instant());
      LOG.info("Task {} {}: {} steps, {}", task.name(), state, result.steps(), result.values());
    }
    return run.tally().result(id, state, Duration.ofNanos(System.nanoTime() - begun));
  }

  /** The database is looked for inside the run, so that what is wrong with it is in its history. */
  private Sessions.Connections connections(Task task) {
    return () -> databases.get(task.database()).getConnection();
  }

  private State work(Task task, LiveRun run, Instant now) {
    if (!task.windows().isEmpty() && run.deadline().isEmpty()) {
      run.note("outside its windows; the next opens at " + nextStart(task, now));
      return State.STOPPED;
    }
    try {
      kinds.get(task.spec().getClass()).run(task.spec(), run);
      return run.tally().state();
    } catch (RunEnded e) {
      run.note(e.getMessage());
      return e.why() == RunEnded.Why.CANCELLED ? State.CANCELLED : State.STOPPED;
    } catch (SQLException e) {
      SqlProblems.pauseIfAway(e);
      run.problem(SqlProblems.say(e, task.limits()));
      return State.FAILED;
    } catch (UnknownDatabaseException e) {
      run.problem(e.getMessage());
      return State.FAILED;
    } catch (FateException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.error("Task {} failed", task.name(), e);
      run.problem("an error of Sluice itself: " + e);
      return State.FAILED;
    }
  }

  private static Optional<Instant> deadline(Task task, Instant now) {
    return task.windows().stream()
        .flatMap(window -> window.endIfOpen(now).stream())
        .max(Instant::compareTo);
  }

  private static Instant nextStart(Task task, Instant now) {
    return task.windows().stream()
        .map((Window window) -> window.nextStart(now))
        .min(Instant::compareTo)
        .orElse(now);
  }

  private ScheduledFuture<?> renew(long id, LiveRun run) {
    return pulse.scheduleWithFixedDelay(
        () -> renewOnce(id, run),
        renewEvery.toMillis(),
        renewEvery.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  private void renewOnce(long id, LiveRun run) {
    try {
      if (history.alive(id, run.progress())) {
        run.cancel();
      }
    } catch (RuntimeException e) {
      LOG.warn("Run {} cannot say that it lives: {}", id, e.getMessage());
    }
  }

  /**
   * Shows what a run would do now, windows apart.
   *
   * @throws SQLException when the catalogue cannot be read
   */
  public RunResult dryRun(Task task, StepView shown) throws SQLException {
    long begun = System.nanoTime();
    DryRun run = new DryRun(task, connections(task), clock, shown);
    kinds.get(task.spec().getClass()).run(task.spec(), run);
    return run.tally().result(0, run.tally().state(), Duration.ofNanos(System.nanoTime() - begun));
  }

  /** Cancels what runs in this process, at the end of its service. */
  @Override
  public void close() {
    running.values().forEach(LiveRun::cancel);
    pulse.shutdown();
  }
}
