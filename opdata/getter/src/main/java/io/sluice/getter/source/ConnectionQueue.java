package io.sluice.getter.source;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Who waits for a connection to one server: first come, first served within a purpose, and the
 * purposes in turn. However many fetches wait, a scan is next but one. Not thread-safe.
 */
final class ConnectionQueue {

  private record Waiting(Source.Purpose purpose, Object waiter) {}

  private final Set<Waiting> waiting = new LinkedHashSet<>();
  private final List<Source.Purpose> turns = new ArrayList<>(List.of(Source.Purpose.values()));

  void enter(Source.Purpose purpose, Object waiter) {
    waiting.add(new Waiting(purpose, waiter));
  }

  /** Leaves with or without a connection. */
  void leave(Source.Purpose purpose, Object waiter) {
    waiting.remove(new Waiting(purpose, waiter));
  }

  /** Notes that the purpose had its turn: the others come before it. */
  void served(Source.Purpose purpose) {
    turns.remove(purpose);
    turns.add(purpose);
  }

  boolean isNext(Object waiter) {
    return waiting.stream()
        .min(Comparator.comparing(w -> turns.indexOf(w.purpose)))
        .filter(first -> first.waiter.equals(waiter))
        .isPresent();
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }
}
