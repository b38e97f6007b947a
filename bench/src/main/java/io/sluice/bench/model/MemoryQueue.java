package io.sluice.bench.model;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The broker: messages in memory, to be lost, doubled and handed back at will. */
final class MemoryQueue implements WorkPublisher {

  /**
   * A message that waits.
   *
   * @param redelivered taken back from a worker that is gone
   */
  record Waiting(WorkMessage message, boolean redelivered) {}

  final List<Waiting> waiting = new ArrayList<>();
  private boolean refuseNext;

  /** The next publication is not confirmed. */
  void refuseNext() {
    refuseNext = true;
  }

  void confirmAgain() {
    refuseNext = false;
  }

  @Override
  public void publish(Collection<WorkMessage> messages) {
    if (refuseNext) {
      refuseNext = false;
      throw new PauseStage("the broker did not confirm");
    }
    messages.forEach(message -> waiting.add(new Waiting(message, false)));
  }

  @Override
  public void publishDead(WorkMessage message, Failure failure) {
    // the ledger has it
  }

  @Override
  public long depth(String queue) {
    return waiting.stream().filter(w -> w.message().queue().equals(queue)).count();
  }
}
