package io.sluice.pgtask.run;

import io.sluice.core.fate.Fate;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.SqlFates;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions.Body;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.Task;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A run that makes its steps and records them. */
final class LiveRun extends AbstractRun {

  /** While a step takes back what it left, statements get no longer than this. */
  private static final Duration UNDO_TIMEOUT = Duration.ofSeconds(30);

  private static final String QUERY_CANCELED = "57014";
  private static final String IN_USE = "55006";

  private final long id;
  private final Optional<Instant> deadline;
  private final Sessions sessions;
  private final Sessions undoSessions;
  private final RunHistory history;
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private volatile boolean undoing;
  private volatile boolean released;
  private volatile String progress = "";
  private volatile int attempts;
  private volatile long renewedAt = System.nanoTime();
  private StepResult found = StepResult.done();
  private int steps;

  LiveRun(
      long id,
      Task task,
      Sessions.Connections database,
      RunHistory history,
      Clock clock,
      Optional<Instant> deadline) {
    super(task, clock);
    this.id = id;
    this.deadline = deadline;
    this.history = history;
    this.sessions =
        new Sessions(
            database, task.limits(), task.name(), this::checkNotEnded, this::longestStatement);
    Limits brief = undoLimits(task.limits());
    this.undoSessions =
        new Sessions(database, brief, task.name(), this::checkNotEnded, brief::statementTimeout);
  }

  /** No statement outlives the window: the server breaks it off at the window's end. */
  private Duration longestStatement() {
    Duration limit = task().limits().statementTimeout();
    return deadline
        .map(end -> Duration.between(clock().instant(), end).plusMillis(1))
        .filter(left -> left.compareTo(limit) < 0)
        .map(left -> left.toMillis() < 1 ? Duration.ofMillis(1) : left)
        .orElse(limit);
  }

  private static Limits undoLimits(Limits limits) {
    return new Limits(1, limits.lockTimeout(), UNDO_TIMEOUT, limits.attempts(), limits.backoff());
  }

  @Override
  public boolean step(Step step) {
    checkNotEnded();
    begin(step);
    long begun = System.nanoTime();
    StepResult result;
    try {
      result = step.run(this);
    } catch (SQLException e) {
      undo(step);
      return failed(begun, step, e);
    } catch (RunEnded e) {
      undo(step);
      broken(begun, "cancelled", e.getMessage());
      throw e;
    } catch (RuntimeException e) {
      undo(step);
      broken(begun, "failed", String.valueOf(e.getMessage()));
      throw e;
    }
    StepResult all = result.and(found);
    tally().done(all);
    end(begun, "done", null, all);
    return true;
  }

  private void begin(Step step) {
    attempts = 1;
    progress = step.description();
    found = StepResult.done();
    if (!history.beginStep(id, ++steps, step.description(), step.sql(), clock().instant())) {
      throw new RunEnded(RunEnded.Reason.RELEASED, "another process has taken it over");
    }
  }

  private void end(long begun, String outcome, String error, StepResult result) {
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    history.endStep(id, steps, took, attempts, outcome, error, result.values());
  }

  /** What it did before it was broken off counts. */
  private void broken(long begun, String outcome, String error) {
    tally().found(found);
    end(begun, outcome, error, found);
  }

  /** A statement that the cancel or the window's end broke off is no failure of its own. */
  private boolean failed(long begun, Step step, SQLException e) {
    String error = why(e);
    boolean ended = brokeOff(e);
    broken(begun, ended ? "cancelled" : "failed", error);
    if (ended) {
      checkNotEnded();
    }
    tally().problem(step.description() + " failed: " + error);
    if (Retries.lost(e) || IN_USE.equals(e.getSQLState())) {
      tally().busy();
    }
    if (SqlFates.of(e) == Fate.PAUSE) {
      mustAnswer();
    }
    return false;
  }

  /**
   * One lost connection or one full file system ends one step, a database that is away the run.
   *
   * @throws PauseStage when it is away
   */
  private void mustAnswer() {
    try {
      boolean writable = undoSessions.transaction(LiveRun::writable, false);
      if (!writable) {
        throw new PauseStage("database " + task().database() + " is read-only; a standby?");
      }
    } catch (SQLException e) {
      throw SqlErrors.away(task(), e);
    }
  }

  private static boolean writable(Connection connection) throws SQLException {
    return Sql.strings(connection, "show transaction_read_only").equals(List.of("off"));
  }

  private void undo(Step step) {
    undoing = true;
    try {
      step.undo(this);
    } catch (SQLException e) {
      unfinished(step, why(e));
    } catch (RuntimeException e) {
      unfinished(step, e.toString());
    } finally {
      undoing = false;
    }
  }

  @Override
  public String why(SQLException e) {
    return SqlErrors.say(e, task());
  }

  private void unfinished(Step step, String why) {
    tally()
        .problem(
            step.description()
                + " was interrupted and left something unfinished; the next run continues it: "
                + why);
  }

  @Override
  public <T> T transaction(Body<T> body) throws SQLException {
    return retries().run(() -> current().transaction(body, false));
  }

  @Override
  public void autocommit(String sql) throws SQLException {
    retries()
        .run(
            () -> {
              current().autocommit(sql);
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
    return new Retries(task().limits(), this::rest, n -> attempts = Math.max(attempts, n));
  }

  private void rest(Duration time) {
    checkNotEnded();
    try {
      if (undoing) {
        TimeUnit.MILLISECONDS.sleep(time.toMillis());
      } else if (cancelled.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
        checkNotEnded();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      cancel();
      checkNotEnded();
    }
  }

  /**
   * From another thread: breaks off the statement at hand, and ends the run after it. A statement
   * that begins at this moment may be missed; call it again.
   */
  void cancel() {
    cancelled.countDown();
    sessions.cancel();
  }

  /** The same, not because a person wants it: what is half done is left to the next run. */
  void release() {
    released = true;
    cancel();
  }

  void renewed() {
    renewedAt = System.nanoTime();
  }

  Duration sinceRenewed() {
    return Duration.ofNanos(System.nanoTime() - renewedAt);
  }

  /** Whether this is what the end of the run does to a statement. */
  boolean brokeOff(SQLException e) {
    return isCancelled() || (QUERY_CANCELED.equals(e.getSQLState()) && isOver());
  }

  private boolean isOver() {
    return deadline.isPresent() && !clock().instant().isBefore(deadline.get());
  }

  private boolean isCancelled() {
    return cancelled.getCount() == 0;
  }

  @Override
  public void checkNotEnded() {
    if (undoing) {
      return;
    }
    if (isCancelled() || isOver()) {
      throw end();
    }
  }

  RunEnded end() {
    if (isCancelled()) {
      return new RunEnded(
          released ? RunEnded.Reason.RELEASED : RunEnded.Reason.CANCELLED, "cancelled");
    }
    return new RunEnded(RunEnded.Reason.WINDOW_CLOSED, "the window closed at " + deadline.get());
  }

  @Override
  public synchronized void addResult(String name, long value) {
    found = found.and(name, value);
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

  @Override
  public boolean dry() {
    return false;
  }

  @Override
  public Optional<Instant> deadline() {
    return deadline;
  }
}
