package io.sluice.loader;

import io.sluice.core.message.WorkMessage;
import io.sluice.loader.LoadResult.Outcome;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Where each message of a batch stands. */
final class Batch {

  private final Map<ChunkId, WorkMessage> messages;
  private final Map<ChunkId, Attempt> attempts = new LinkedHashMap<>();
  private final Map<ChunkId, Outcome> outcomes = new HashMap<>();

  Batch(Map<ChunkId, WorkMessage> messages) {
    this.messages = messages;
  }

  Map<ChunkId, WorkMessage> messages() {
    return messages;
  }

  void begin(Map<ChunkId, Attempt> counted) {
    attempts.putAll(counted);
  }

  /** Chunks that the ledger did not count have nothing to do. */
  void dropUnknown(Consumer<WorkMessage> dropped) {
    messages.forEach(
        (id, message) -> {
          if (!attempts.containsKey(id)) {
            outcomes.put(id, Outcome.DROPPED);
            dropped.accept(message);
          }
        });
  }

  void set(ChunkId id, Outcome outcome) {
    outcomes.put(id, outcome);
  }

  /** Attempts without an outcome yet, of these. */
  List<Attempt> waiting(Predicate<Attempt> which) {
    return attempts.values().stream()
        .filter(a -> !outcomes.containsKey(a.id()))
        .filter(which)
        .toList();
  }

  List<ChunkId> openAttempts() {
    return waiting(a -> true).stream().map(Attempt::id).toList();
  }

  List<WorkMessage> messagesLeft() {
    return messages.entrySet().stream()
        .filter(e -> !outcomes.containsKey(e.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  LoadResult result(List<WorkMessage> batch) {
    Map<WorkMessage, Outcome> result = new LinkedHashMap<>();
    batch.forEach(m -> result.put(m, outcomes.get(ChunkId.of(m))));
    return new LoadResult(result);
  }
}
