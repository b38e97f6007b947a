package io.sluice.service.broker;

import io.sluice.core.message.WorkMessage;

/** Does one stage's work, knowing nothing of the broker. */
@FunctionalInterface
public interface StageWorker {

  /**
   * Does the work; returning means it is committed or written down, and the message may go.
   *
   * @param redelivered the broker took the message back from a consumer before
   * @throws io.sluice.core.fate.PauseStage when the surroundings are away: the message goes back
   *     and the stage waits; any other exception gives it back to be tried again after a rest
   */
  void work(WorkMessage message, boolean redelivered);
}
