package io.sluice.pgtask.run;

import io.sluice.core.sql.Transactions.Body;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.Task;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** One step of a run, of which several may be made at once; also what is read between steps. */
final class LiveStep implements StepContext {

  private final LiveRun run;
  private final int n;
  private volatile long begun = System.nanoTime();
  private volatile boolean undoing;
  private volatile int attempts = 1;
  private StepResult found = StepResult.done();

  /**
   * @param n its number in the run's history, from 1
   */
  LiveStep(LiveRun run, int n) {
    this.run = run;
    this.n = n;
  }

  int n() {
    return n;
  }

  /** It is written down, and counts its time from now on. */
  void begin() {
    begun = System.nanoTime();
  }

  Duration took() {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  /** Whether it takes back what it left, which neither a cancel nor the window's end breaks off. */
  void undoing(boolean undoing) {
    this.undoing = undoing;
  }

  /** Most tries that one of its statements took. */
  int attempts() {
    return attempts;
  }

  /** What counted at once. */
  synchronized StepResult found() {
    return found;
  }

  @Override
  public synchronized void addResult(String name, long value) {
    found = found.and(name, value);
  }

  @Override
  public <T> T transaction(Body<T> body) throws SQLException {
    return retries().run(() -> sessions().transaction(body, false));
  }

  @Override
  public void autocommit(String sql) throws SQLException {
    retries()
        .run(
            () -> {
              sessions().autocommit(sql);
              return true;
            });
  }

  @Override
  public <T> T read(Body<T> body) throws SQLException {
    return retries().run(() -> sessions().transaction(body, true));
  }

  @Override
  public Connection connection() throws SQLException {
    return sessions().open();
  }

  private Sessions sessions() {
    return run.sessions(undoing);
  }

  private Retries retries() {
    return new Retries(limits(), this::rest, n -> attempts = Math.max(attempts, n));
  }

  private void rest(Duration time) {
    checkNotEnded();
    if (!undoing) {
      run.rest(time);
      return;
    }
    try {
      TimeUnit.MILLISECONDS.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      run.cancel();
    }
  }

  @Override
  public void checkNotEnded() {
    if (!undoing) {
      run.checkNotEnded();
    }
  }

  @Override
  public void progress(String what, long done, long of) {
    run.progress(what, done, of);
  }

  @Override
  public Task task() {
    return run.task();
  }

  @Override
  public Limits limits() {
    return run.limits();
  }

  @Override
  public Clock clock() {
    return run.clock();
  }
}
