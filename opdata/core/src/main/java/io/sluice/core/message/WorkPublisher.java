package io.sluice.core.message;

import java.util.Collection;

/**
 * Sends work on. The ledger is the truth: a message that is lost is published again by the sweeper.
 */
public interface WorkPublisher {

  /**
   * Publishes with confirms and mandatory routing; returns once the broker has taken all of them.
   *
   * @throws io.sluice.core.fate.PauseStage when the broker is away or did not confirm in time
   */
  void publish(Collection<WorkMessage> messages);

  /**
   * Puts a message into its stage's dead-letter queue with the failure in its headers.
   *
   * @throws io.sluice.core.fate.PauseStage as {@link #publish}
   */
  void publishDead(WorkMessage message, Failure failure);

  /**
   * Messages ready in a queue, for back pressure and the sweeper.
   *
   * @throws io.sluice.core.fate.PauseStage when the broker is away
   */
  long depth(String queue);

  /**
   * Why a file died.
   *
   * @param fileId ledger id; 0 for a message that was none of ours
   * @param reason short and stable
   */
  record Failure(long fileId, String reason, String error, int attempts) {}
}
