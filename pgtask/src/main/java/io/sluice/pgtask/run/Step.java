package io.sluice.pgtask.run;

import java.sql.SQLException;
import java.util.List;

/**
 * One change: said in words, shown as SQL, made in transactions of its own. A step can be run again
 * after it was broken off anywhere, in this run or the next.
 */
public interface Step {

  /** What it does, as history and a person at the terminal read it; begins with a verb. */
  String description();

  /**
   * The exact statements in their order, for {@code --dry-run} and history. What only the run can
   * know stands in angle brackets.
   */
  List<String> sql();

  /** Whether the statements of {@link #sql} are one transaction. */
  default boolean oneTransaction() {
    return false;
  }

  /**
   * Makes the change.
   *
   * @throws SQLException what the database refused, after the attempts that {@link StepContext}
   *     makes
   */
  StepResult run(StepContext context) throws SQLException;

  /**
   * Takes back what a failed or cancelled {@link #run} left half done, as far as the next run would
   * not do so. Runs with short timeouts and is not cancelled.
   */
  default void undo(StepContext context) throws SQLException {}
}
