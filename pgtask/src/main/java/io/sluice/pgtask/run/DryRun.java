package io.sluice.pgtask.run;

import io.sluice.core.sql.Transactions;
import io.sluice.core.sql.Transactions.Body;
import io.sluice.pgtask.catalog.StatementLocks;
import io.sluice.pgtask.catalog.TableLock;
import io.sluice.pgtask.task.Task;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A run that shows its steps and makes none. */
final class DryRun extends AbstractRun {

  private final Sessions sessions;
  private final StepListener shown;

  DryRun(Task task, Sessions.Connections database, Clock clock, StepListener shown) {
    super(task, clock);
    this.sessions =
        Sessions.toRead(
            database, task.limits(), "sluice task dry run " + task.name(), this::checkNotEnded);
    this.shown = shown;
  }

  @Override
  public boolean step(Step step) {
    shown.step(step, locks(step));
    tally().done(StepResult.done());
    return true;
  }

  private List<TableLock> locks(Step step) {
    try {
      return read(connection -> StatementLocks.of(connection, step.sql()));
    } catch (SQLException e) {
      problem("the locks of this step cannot be told: " + why(e));
      return List.of();
    }
  }

  @Override
  public <T> T transaction(Body<T> body) {
    throw changes();
  }

  @Override
  public void autocommit(String sql) {
    throw changes();
  }

  @Override
  public Connection connection() {
    throw changes();
  }

  private static IllegalStateException changes() {
    return new IllegalStateException("a dry run changes nothing; changes belong into a step");
  }

  @Override
  public <T> T read(Body<T> body) throws SQLException {
    return sessions.transaction(body, true);
  }

  @Override
  public <T> T change(Transactions ledger, Body<T> body) {
    throw changes();
  }

  @Override
  public void checkNotEnded() {
    // nobody cancels what ends by itself at once
  }

  @Override
  public void progress(String what, long done, long of) {
    // nothing is done
  }

  @Override
  public void addResult(String name, long value) {
    // nothing is done
  }

  @Override
  public boolean dry() {
    return true;
  }

  @Override
  public Optional<Instant> deadline() {
    return Optional.empty();
  }

  @Override
  public String why(SQLException e) {
    return SqlErrors.say(e, task());
  }
}
