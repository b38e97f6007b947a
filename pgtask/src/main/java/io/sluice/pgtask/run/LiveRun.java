package io.sluice.pgtask.run;

import io.sluice.core.fate.Fate;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.SqlFates;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.sql.Transactions.Body;
import io.sluice.pgtask.catalog.ServerIdentity;
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
import java.util.concurrent.atomic.AtomicInteger;

/** A run that makes its steps and records them. */
final class LiveRun extends AbstractRun {

  /** While a step takes back what it left, statements get no longer than this. */
  private static final Duration UNDO_TIMEOUT = Duration.ofSeconds(30);

  /** What the server shows a run's sessions as, before the name of its task. */
  private static final String PREFIX = "sluice task run %d";

  /**
   * Waits for at most ten seconds for each. Materialized, or the planner may end sessions first and
   * look at their names after.
   */
  private static final String END =
      """
      with theirs as materialized (
        select pid, application_name from pg_stat_activity
        where substring(application_name from '^sluice task run \\d+') = any (?) and pid <> pg_backend_pid())
      select format('%s (pid %s)', application_name, pid) from theirs where not pg_terminate_backend(pid, 10000)
      """;

  private static final String QUERY_CANCELED = "57014";
  private static final String IN_USE = "55006";

  private final long id;
  private final Optional<Instant> deadline;
  private final Sessions sessions;
  private final Sessions undoSessions;
  private final RunHistory history;
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private final AtomicInteger steps = new AtomicInteger();
  private final LiveStep between = new LiveStep(this, 0);
  private volatile boolean released;
  private volatile boolean sharesLedger;
  private volatile String progress = "";
  private volatile long renewedAt = System.nanoTime();

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
    String application = PREFIX.formatted(id) + " " + task.name();
    this.sessions =
        new Sessions(
            database,
            task.limits(),
            application,
            this::checkHeld,
            this::checkNotEnded,
            () -> new SessionSettings.Wanted(longestStatement(), !sharesLedger));
    Limits brief = undoLimits(task.limits());
    this.undoSessions =
        new Sessions(
            database,
            brief,
            application,
            this::checkHeld,
            () -> {}, // nothing ends an undoing
            () -> new SessionSettings.Wanted(UNDO_TIMEOUT, !sharesLedger));
  }

  private void checkHeld() {
    if (!history.isRunning(id)) {
      throw takenOver();
    }
  }

  private static RunEnded takenOver() {
    return new RunEnded(RunEnded.Reason.RELEASED, "another process has taken it over");
  }

  @Override
  public <T> T change(Transactions ledger, Body<T> body) {
    Body<T> held =
        connection -> {
          if (!RunHistory.hold(connection, id)) {
            throw takenOver();
          }
          return body.run(connection);
        };
    return sharesLedger ? ledger.ledger(held) : ledger.durable(held);
  }

  /**
   * Where tables and ledger are one server's, no commit but the run's last waits for the disk: each
   * is written after those before it, so what a crash takes with it is the end of what was done,
   * here and there.
   */
  void compareServers() throws SQLException {
    sharesLedger = read(ServerIdentity::read).equals(history.server());
  }

  /**
   * Ends what earlier runs of the task that were taken for lost have open still: their process may
   * only have slept.
   *
   * @throws PauseStage if it does not end
   */
  void endLost() throws SQLException {
    List<String> names = history.lost(task().name()).stream().map(PREFIX::formatted).toList();
    if (names.isEmpty()) {
      return;
    }
    List<String> left = read(connection -> Sql.strings(connection, END, Sql.texts(names)));
    if (!left.isEmpty()) {
      throw new PauseStage(
          "sessions of a run that was lost do not end: pg_stat_activity shows "
              + String.join(", ", left)
              + "; end them, or wait: until then what they write could mix with this run");
    }
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
    LiveStep live = new LiveStep(this, steps.incrementAndGet());
    begin(live, step);
    StepResult result;
    try {
      result = step.run(live);
    } catch (SQLException e) {
      undo(live, step);
      return failed(live, step, e);
    } catch (RunEnded e) {
      undo(live, step);
      broken(live, "cancelled", e.getMessage());
      throw e;
    } catch (RuntimeException e) {
      undo(live, step);
      broken(live, "failed", String.valueOf(e.getMessage()));
      throw e;
    }
    StepResult all = result.and(live.found());
    tally().done(all);
    end(live, "done", null, all);
    return true;
  }

  private void begin(LiveStep live, Step step) {
    progress = step.description();
    if (!history.beginStep(id, live.n(), step.description(), step.sql(), clock().instant())) {
      throw takenOver();
    }
    live.begin();
  }

  private void end(LiveStep live, String outcome, String error, StepResult result) {
    history.endStep(id, live.n(), live.took(), live.attempts(), outcome, error, result.values());
  }

  /** What it did before it was broken off counts. */
  private void broken(LiveStep live, String outcome, String error) {
    tally().found(live.found());
    end(live, outcome, error, live.found());
  }

  /** A statement that the cancel or the window's end broke off is no failure of its own. */
  private boolean failed(LiveStep live, Step step, SQLException e) {
    String error = why(e);
    boolean ended = brokeOff(e);
    broken(live, ended ? "cancelled" : "failed", error);
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

  private void undo(LiveStep live, Step step) {
    live.undoing(true);
    try {
      step.undo(live);
    } catch (SQLException e) {
      unfinished(step, why(e));
    } catch (RuntimeException e) {
      unfinished(step, e.toString());
    } finally {
      live.undoing(false);
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
    return between.transaction(body);
  }

  @Override
  public void autocommit(String sql) throws SQLException {
    between.autocommit(sql);
  }

  @Override
  public <T> T read(Body<T> body) throws SQLException {
    return between.read(body);
  }

  @Override
  public Connection connection() throws SQLException {
    return between.connection();
  }

  Sessions sessions(boolean undoing) {
    return undoing ? undoSessions : sessions;
  }

  /** Waits that long, or until it is cancelled. */
  void rest(Duration time) {
    try {
      if (cancelled.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
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
  public void addResult(String name, long value) {
    tally().found(StepResult.of(name, value));
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
