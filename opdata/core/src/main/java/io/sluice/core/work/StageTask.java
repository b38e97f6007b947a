package io.sluice.core.work;

import io.sluice.core.message.WorkMessage;
import java.util.List;
import java.util.Map;

/** What one stage does with a batch; all else is {@link StageProtocol}'s. */
@FunctionalInterface
public interface StageTask {

  /**
   * What became of a batch, committed already.
   *
   * @param outcomes by file id; files without one had nothing to do
   * @param next messages to publish now
   * @param dead files that were given up, for the dead-letter queue
   */
  record Result(Map<Long, Outcome> outcomes, List<WorkMessage> next, List<DeadFile> dead) {

    public Result {
      outcomes = Map.copyOf(outcomes);
      next = List.copyOf(next);
      dead = List.copyOf(dead);
    }

    public Result(Map<Long, Outcome> outcomes, List<WorkMessage> next) {
      this(outcomes, next, List.of());
    }
  }

  /**
   * Does the work and writes it down. A failure that is one file's own belongs into its outcome: an
   * exception speaks of the whole batch.
   *
   * @throws io.sluice.core.fate.PauseStage when the surroundings are away or full
   * @throws io.sluice.core.fate.RetryBatch when a lock or a serialisation failed
   * @throws LostClaim when another worker has taken over
   * @throws RuntimeException any other: the files are tried again, each alone
   */
  Result work(Claim claim);
}
