package io.sluice.pgtask.run;

import io.sluice.core.fate.Fate;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.SqlFates;
import io.sluice.core.sql.Transactions.Body;
import io.sluice.core.thread.Threads;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSpec;
import io.sluice.pgtask.task.Window;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs tasks, one run of a task at a time across all processes, and keeps their history. */
public final class TaskRunner implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TaskRunner.class);
  private static final Duration STOP = Duration.ofSeconds(20);
  private static final Limits READING =
      new Limits(1, Duration.ofSeconds(2), Duration.ofSeconds(30), 1, Duration.ZERO);
  private static final Duration CANCEL_AGAIN = Duration.ofMillis(200);
  private static final int PULSES = 4; // a cancel that waits for its server holds up no heartbeat

  private final Databases databases;
  private final RunHistory history;
  private final TaskMetrics metrics;
  private final Map<Class<? extends TaskSpec>, TaskKind<? super TaskSpec>> kinds =
      new ConcurrentHashMap<>();
  private final Map<Long, LiveRun> running = new ConcurrentHashMap<>();
  private final ScheduledExecutorService pulse = Threads.scheduler(PULSES, "sluice-task-pulse");
  private final Clock clock;
  private final String instance;
  private final Duration renewEvery;
  private final ResultRecorder ending;
  private volatile boolean stopping;

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
    this.ending = new ResultRecorder(history);
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
    history.closeLost().forEach(metrics::lost);
    OptionalLong id = history.begin(task, by, instance);
    return id.isEmpty() ? Optional.empty() : Optional.of(run(task, id.getAsLong()));
  }

  private RunResult run(Task task, long id) {
    long begun = System.nanoTime();
    Instant now = clock.instant();
    LiveRun run = new LiveRun(id, task, connections(task), history, clock, deadline(task, now));
    ScheduledFuture<?> renewing = renew(id, run);
    running.put(id, run);
    try {
      Outcome outcome = work(task, run, now);
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      RunResult result = run.tally().result(id, outcome.state(), took);
      record(task, result);
      outcome.pause().ifPresent(TaskRunner::raise);
      return result;
    } finally {
      running.remove(id);
      renewing.cancel(false);
    }
  }

  private static void raise(PauseStage pause) {
    throw pause;
  }

  private void record(Task task, RunResult result) {
    metrics.ended(task, result, clock.instant());
    LOG.info(
        "Task {}: {}, {} steps {}, {} problems",
        task.name(),
        result.state().label(),
        result.steps(),
        result.values(),
        result.problems().size());
    ending.record(result);
  }

  /** The database is looked for inside the run, so that what is wrong with it is in its history. */
  private Sessions.Connections connections(Task task) {
    return new TaskDatabase(databases, task.database());
  }

  /** How it ended, and the outage that ended it. */
  private record Outcome(State state, Optional<PauseStage> pause) {
    static Outcome of(State state) {
      return new Outcome(state, Optional.empty());
    }
  }

  private Outcome work(Task task, LiveRun run, Instant now) {
    if (!task.windows().isEmpty() && run.deadline().isEmpty()) {
      run.note("outside its windows; the next opens at " + nextStart(task, now));
      return Outcome.of(State.STOPPED);
    }
    try {
      run.endLost();
      run.compareServers();
      kind(task).run(task.spec(), run);
    } catch (RunEnded e) {
      return ended(run, e);
    } catch (PauseStage e) {
      run.problem(e.getMessage());
      return new Outcome(run.tally().state(), Optional.of(e));
    } catch (SQLException e) {
      return unreadable(task, run, e);
    } catch (UnknownDatabaseException e) {
      run.problem(e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("Task {} failed", task.name(), e);
      run.problem("an internal error of Sluice: " + e);
    }
    return Outcome.of(run.tally().state());
  }

  private static Outcome ended(LiveRun run, RunEnded end) {
    run.note(end.getMessage());
    return Outcome.of(end.why() == RunEnded.Reason.WINDOW_CLOSED ? State.STOPPED : State.CANCELLED);
  }

  /** The cancel and the window's end break off readings too. */
  private static Outcome unreadable(Task task, LiveRun run, SQLException e) {
    if (run.brokeOff(e)) {
      return ended(run, run.end());
    }
    run.problem(run.why(e));
    Optional<PauseStage> pause =
        SqlFates.of(e) == Fate.PAUSE ? Optional.of(SqlErrors.away(task, e)) : Optional.empty();
    return new Outcome(run.tally().state(), pause);
  }

  private TaskKind<? super TaskSpec> kind(Task task) {
    TaskKind<? super TaskSpec> kind = kinds.get(task.spec().getClass());
    if (kind == null) {
      throw new IllegalStateException(
          "nothing is registered for tasks of kind " + task.spec().kind());
    }
    return kind;
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
      boolean over = history.alive(id, run.progress());
      if (stopping) {
        run.release();
      } else if (over) {
        end(id, run);
      }
      run.renewed();
    } catch (RuntimeException e) {
      LOG.warn("Run {} cannot renew its lease: {}", id, e.getMessage());
      if (run.sinceRenewed().compareTo(history.lostAfter().dividedBy(2)) > 0) {
        run.release(); // before another process takes it for lost and begins the same
      }
    }
  }

  private void end(long id, LiveRun run) {
    if (history.cancelAsked(id)) {
      run.cancel();
    } else {
      run.release();
    }
  }

  /**
   * Shows what a run would do now, windows apart.
   *
   * @throws SQLException when the database is away
   */
  public RunResult dryRun(Task task, StepListener shown) throws SQLException {
    long begun = System.nanoTime();
    DryRun run = new DryRun(task, connections(task), clock, shown);
    try {
      kind(task).run(task.spec(), run);
    } catch (SQLException e) {
      if (SqlFates.of(e) == Fate.PAUSE) {
        throw e;
      }
      run.problem(run.why(e));
    }
    return run.tally().result(0, run.tally().state(), Duration.ofNanos(System.nanoTime() - begun));
  }

  /**
   * Reads from a database as tasks do.
   *
   * @throws PauseStage if tasks have all its connections
   */
  public <T> T read(String database, Body<T> body) throws SQLException {
    Runnable busy =
        () -> {
          throw new PauseStage("tasks have all connections to database " + database);
        };
    return Sessions.toRead(
            new TaskDatabase(databases, database), READING, "sluice task watch", busy)
        .transaction(body, true);
  }

  /**
   * Ends runs whose process was killed, and counts them; tells the metrics when tasks last did all,
   * in whichever process. Call it now and then.
   */
  public void lookAround(Collection<String> tasks) {
    history.closeLost().forEach(metrics::lost);
    history.lastSuccess(tasks).forEach(metrics::succeeded);
  }

  /** Cancels what runs in this process and waits until it has ended, up to a time. */
  public void close(Duration wait) {
    stopping = true;
    long end = System.nanoTime() + wait.toNanos();
    try {
      while (!running.isEmpty() && System.nanoTime() < end) {
        running.values().forEach(LiveRun::release);
        TimeUnit.MILLISECONDS.sleep(CANCEL_AGAIN.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ending.close();
    pulse.shutdown();
  }

  @Override
  public void close() {
    close(STOP);
  }
}
