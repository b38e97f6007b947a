package io.sluice.getter.source;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;

/**
 * Who waits for a connection to one server: first come, first served within a purpose, and the
 * purposes in turn. However many fetches wait, a scan is next but one. Not thread-safe.
 */
final class ConnectionQueue {

  private final Map<Source.Purpose, Deque<Object>> waiting = new EnumMap<>(Source.Purpose.class);
  private final Deque<Source.Purpose> turns = new ArrayDeque<>();

  ConnectionQueue() {
    for (Source.Purpose purpose : Source.Purpose.values()) {
      waiting.put(purpose, new ArrayDeque<>());
      turns.addLast(purpose);
    }
  }

  void enter(Source.Purpose purpose, Object waiter) {
    waiting.get(purpose).addLast(waiter);
  }

  /** Leaves with or without a connection. */
  void leave(Source.Purpose purpose, Object waiter) {
    waiting.get(purpose).remove(waiter);
  }

  /** Notes that the purpose had its turn: the others come before it. */
  void served(Source.Purpose purpose) {
    turns.remove(purpose);
    turns.addLast(purpose);
  }

  boolean isNext(Object waiter) {
    for (Source.Purpose purpose : turns) {
      Object first = waiting.get(purpose).peekFirst();
      if (first != null) {
        return first.equals(waiter);
      }
    }
    return false;
  }

  boolean isEmpty() {
    return waiting.values().stream().allMatch(Deque::isEmpty);
  }
}
