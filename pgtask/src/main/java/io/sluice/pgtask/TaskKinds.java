package io.sluice.pgtask;

import io.sluice.core.ledger.Transactions;
import io.sluice.pgtask.run.TaskRunner;

/** Every kind of task there is, for the service and the command alike. */
public final class TaskKinds {

  private TaskKinds() {}

  /**
   * Teaches a runner every kind of task.
   *
   * @param ledger of the warehouse
   */
  public static TaskRunner teach(TaskRunner runner, Transactions ledger) {
    java.util.Objects.requireNonNull(ledger);
    return runner;
  }
}
