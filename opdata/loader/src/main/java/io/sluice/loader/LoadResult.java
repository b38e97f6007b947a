package io.sluice.loader;

import io.sluice.core.message.WorkMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be done with each message of a batch.
 *
 * @param outcomes of every message that was given, in its order
 */
public record LoadResult(Map<WorkMessage, Outcome> outcomes) {

  /** What became of a message, and what the listener does with it. */
  public enum Outcome {
    /** Committed: acknowledge. */
    DONE,
    /** Nothing to do, loaded before, of another handling or parked: acknowledge. */
    DROPPED,
    /** Failed and counted: give it back to the queue; it will load alone. */
    RETRY,
    /** At the limit, in the dead-letter queue already: acknowledge. */
    DEAD
  }

  public LoadResult {
    outcomes = new LinkedHashMap<>(outcomes);
  }

  /** Messages the listener acknowledges. */
  public List<WorkMessage> toAcknowledge() {
    return outcomes.entrySet().stream()
        .filter(e -> e.getValue() != Outcome.RETRY)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Messages the listener gives back to the queue. */
  public List<WorkMessage> toRetry() {
    return outcomes.entrySet().stream()
        .filter(e -> e.getValue() == Outcome.RETRY)
        .map(Map.Entry::getKey)
        .toList();
  }
}
