package io.sluice.pgtask.run;

import io.sluice.core.sql.Transactions;
import io.sluice.core.sql.Transactions.Body;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/**
 * One run of a task, live or dry. A kind of task plans from the catalogue and hands over steps; the
 * run makes them, records them, and judges how it went.
 */
public interface TaskRun extends StepContext {

  /** Whether steps are only shown. What a step would have changed is then not there. */
  boolean dry();

  /** When the run began; the time that plans are made for. */
  Instant now();

  /** The end of the window it may work in. */
  Optional<Instant> deadline();

  /**
   * Makes a step, or shows it. A failure is recorded and the run goes on with what does not depend
   * on it.
   *
   * @return whether it is done (or shown); false if it failed, after {@link Step#undo}
   * @throws RunEnded when cancelled or out of time: for the runner, not for the kind of task
   */
  boolean step(Step step);

  /** Says something worth knowing that is no failure, such as why a partition stays. */
  void note(String text);

  /**
   * Changes the ledger, if in that transaction the run is still this process's. Commits durably
   * before anything that is done later is.
   *
   * @throws RunEnded when another process has taken it over, to be let through
   */
  <T> T change(Transactions ledger, Body<T> body);

  /** Why a reading failed, and what helps, for {@link #problem}. */
  String why(SQLException e);

  /** Says what keeps a part of the task from being done, and the remedy; the run ends partial. */
  void problem(String text);
}
