package io.sluice.pgtask.run;

import io.sluice.core.ledger.Transactions.Body;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.Task;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A run that shows its steps and makes none. */
final class DryRun implements TaskRun {

  private final Task task;
  private final Clock clock;
  private final Instant now;
  private final Sessions sessions;
  private final StepView shown;
  private final Tally tally = new Tally();

  DryRun(Task task, Sessions.Connections database, Clock clock, StepView shown) {
    this.task = task;
    this.clock = clock;
    this.now = clock.instant();
    this.sessions =
        new Sessions(
            database, task.limits(), task.name(), this::goOn, task.limits()::statementTimeout);
    this.shown = shown;
  }

  @Override
  public boolean step(Step step) {
    shown.step(step);
    tally.done(StepResult.done());
    return true;
  }

  @Override
  public <T> T transaction(Body<T> body) {
    throw changes();
  }

  @Override
  public void alone(String sql) {
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
  public void goOn() {
    // nobody cancels what ends by itself at once
  }

  @Override
  public void progress(String what, long done, long of) {
    // nothing is done
  }

  @Override
  public void found(String name, long value) {
    // nothing is done
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
    return true;
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public Optional<Instant> deadline() {
    return Optional.empty();
  }

  @Override
  public void note(String words) {
    tally.note(words);
  }

  @Override
  public String why(SQLException e) {
    return SqlProblems.say(e, task, List.of(), this::read);
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
