package io.sluice.service.broker;

import io.sluice.core.message.WorkMessage;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** Does one stage's work, knowing nothing of the broker. */
@FunctionalInterface
public interface StageWorker {

  /**
   * One message taken from the queue.
   *
   * @param redelivered the broker took it back from a consumer that is gone
   */
  record Taken(WorkMessage message, boolean redelivered) {}

  /**
   * Does the work; returning means it is committed or written down, and the messages may go.
   *
   * @param batch as many messages as the consumer was told to take at once, at least one
   * @return the messages that are to be given back and tried again, usually none
   * @throws io.sluice.core.fate.PauseStage when the surroundings are away: the messages go back and
   *     the stage waits; any other exception gives them back to be tried again
   */
  Collection<WorkMessage> work(List<Taken> batch);

  /** A worker that takes messages one by one. */
  static StageWorker each(Consumer<Taken> work) {
    return batch -> {
      batch.forEach(work);
      return List.of();
    };
  }
}
