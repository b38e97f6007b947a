package io.sluice.pgtask.run;

import io.sluice.core.ledger.Transactions.Body;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.Task;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A run that makes its steps and records them. */
final class LiveRun implements TaskRun {

  /** While a step takes back what it left, statements get no longer than this. */
  private static final Duration UNDO_TIMEOUT = Duration.ofSeconds(30);

  private final long id;
  private final Task task;
  private final Clock clock;
  private final Instant now;
  private final Optional<Instant> deadline;
  private final Sessions sessions;
  private final Sessions undoSessions;
  private final RunHistory history;
  private final Tally tally = new Tally();
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private volatile boolean undoing;
  private volatile String progress = "";
  private volatile int attempts;
  private int steps;

  LiveRun(
      long id,
      Task task,
      Sessions.Connections database,
      RunHistory history,
      Clock clock,
      Optional<Instant> deadline) {
    this.id = id;
    this.task = task;
    this.clock = clock;
    this.now = clock.instant();
    this.deadline = deadline;
    this.history = history;
    this.sessions = new Sessions(database, task.limits(), task.name(), this::longestStatement);
    this.undoSessions = new Sessions(database, undoLimits(task.limits()), task.name());
  }

  /** No statement outlives the window: the server breaks it off at the window's end. */
  private Duration longestStatement() {
    Duration limit = task.limits().statementTimeout();
    return deadline
        .map(end -> Duration.between(clock.instant(), end).plusMillis(1))
        .filter(left -> left.compareTo(limit) < 0)
        .map(left -> left.toMillis() < 1 ? Duration.ofMillis(1) : left)
        .orElse(limit);
  }

  private static Limits undoLimits(Limits limits) {
    return new Limits(1, limits.lockTimeout(), UNDO_TIMEOUT, limits.attempts(), limits.backoff());
  }

  @Override
  public boolean step(Step step) {
    goOn();
    int n = ++steps;
    attempts = 1;
    progress = step.words();
    history.beginStep(id, n, step.words(), step.sql(), clock.instant());
    long begun = System.nanoTime();
    try {
      StepResult result = step.run(this);
      tally.done(result);
      end(n, begun, "done", null, result);
      return true;
    } catch (SQLException e) {
      undo(step);
      failed(n, begun, step, e);
      return false;
    } catch (RunEnded e) {
      undo(step);
      end(n, begun, "cancelled", e.getMessage(), StepResult.done());
      throw e;
    } catch (RuntimeException e) {
      undo(step);
      end(n, begun, "failed", String.valueOf(e.getMessage()), StepResult.done());
      throw e;
    }
  }

  private void end(int n, long begun, String outcome, String error, StepResult result) {
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    history.endStep(id, n, took, attempts, outcome, error, result.values());
  }

  /** A statement that the cancel broke off is no failure of its own. */
  private void failed(int n, long begun, Step step, SQLException e) {
    boolean ended = cancelled.getCount() == 0;
    String error = SqlProblems.say(e, task.limits());
    end(n, begun, ended ? "cancelled" : "failed", error, StepResult.done());
    goOn();
    SqlProblems.pauseIfAway(e);
    tally.problem(step.words() + " failed: " + error);
  }

  private void undo(Step step) {
    undoing = true;
    try {
      step.undo(this);
    } catch (SQLException e) {
      tally.problem(
          "after "
              + step.words()
              + " something stayed half done; the next run carries it on: "
              + SqlProblems.say(e, task.limits()));
    } finally {
      undoing = false;
    }
  }

  @Override
  public <T> T transaction(Body<T> body) throws SQLException {
    return retries().run(() -> current().transaction(body, false));
  }

  @Override
  public void alone(String sql) throws SQLException {
    retries()
        .run(
            () -> {
              current().alone(sql);
              return true;
            });
  }

  @Override
  public <T> T read(Body<T> body) throws SQLException {
    return retries().run(() -> current().transaction(body, true));
  }

  @Override
  public Connection connection() throws SQLException {
    return current().open();
  }

  private Sessions current() {
    return undoing ? undoSessions : sessions;
  }

  private Retries retries() {
    return new Retries(task.limits(), this::rest, n -> attempts = Math.max(attempts, n));
  }

  private void rest(Duration time) {
    goOn();
    try {
      if (!undoing && cancelled.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
        goOn();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      cancel();
      goOn();
    }
  }

  /** From another thread: breaks off the statement at hand, and ends the run after it. */
  void cancel() {
    cancelled.countDown();
    sessions.cancel();
  }

  @Override
  public void goOn() {
    if (undoing) {
      return;
    }
    if (cancelled.getCount() == 0) {
      throw new RunEnded(RunEnded.Why.CANCELLED, "cancelled");
    }
    if (deadline.isPresent() && !clock.instant().isBefore(deadline.get())) {
      throw new RunEnded(RunEnded.Why.WINDOW_CLOSED, "the window closed at " + deadline.get());
    }
  }

  @Override
  public void progress(String what, long done, long of) {
    progress =
        of < 0
            ? "%s: %,d".formatted(what, done)
            : "%s: %,d of %,d (%d %%)".formatted(what, done, of, of == 0 ? 100 : done * 100 / of);
  }

  String progress() {
    return progress;
  }

  Tally tally() {
    return tally;
  }

  @Override
  public Task task() {
    return task;
  }

  @Override
  public boolean dry() {
    return false;
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public Optional<Instant> deadline() {
    return deadline;
  }

  @Override
  public void note(String words) {
    tally.note(words);
  }

  @Override
  public void problem(String words) {
    tally.problem(words);
  }

  @Override
  public Limits limits() {
    return task.limits();
  }

  @Override
  public Clock clock() {
    return clock;
  }
}
