package io.sluice.core.yaml;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonPointer;

/**
 * Collects the problems of one file and finds the line of each. The same problem is kept once. Not
 * thread-safe.
 */
public final class Problems {

  /** A place in the file, both from 1. */
  public record Position(int line, int column) {}

  /** The begin of a file. */
  public static final Position START = new Position(1, 1);

  private final String file;
  private final Map<JsonPointer, Position> keys;
  private final Map<JsonPointer, Position> values;
  private final List<Problem> found = new ArrayList<>();

  Problems(String file, Map<JsonPointer, Position> keys, Map<JsonPointer, Position> values) {
    this.file = file;
    this.keys = keys;
    this.values = values;
  }

  /** A problem of a value: found at it, or at what it is missing in. */
  public void addAtValue(JsonPointer pointer, String message, String remedy) {
    add(position(pointer), pointer, message, remedy);
  }

  /** Where a value stands, or what it is missing in. */
  public Position position(JsonPointer pointer) {
    return values.containsKey(pointer) ? values.get(pointer) : key(pointer);
  }

  /** A problem of a key, or of an absent one: found at it, or at what it is missing in. */
  public void addAtKey(JsonPointer pointer, String message, String remedy) {
    add(key(pointer), pointer, message, remedy);
  }

  /**
   * A problem at a place that was found otherwise.
   *
   * @param message what is wrong, without a stop at its end and without secrets
   * @param remedy one sentence that says what to do
   */
  public void add(Position position, JsonPointer pointer, String message, String remedy) {
    Problem problem =
        new Problem(file, position.line(), position.column(), pointer.toString(), message, remedy);
    if (!found.contains(problem)) {
      found.add(problem);
    }
  }

  /** The key itself, or of what it is missing in. */
  private Position key(JsonPointer pointer) {
    for (JsonPointer at = pointer; !at.matches(); at = at.head()) {
      if (keys.containsKey(at)) {
        return keys.get(at);
      }
      if (values.containsKey(at)) {
        return values.get(at);
      }
    }
    return values.getOrDefault(JsonPointer.empty(), START);
  }

  /** Whether there is no problem so far. */
  public boolean none() {
    return found.isEmpty();
  }

  /** Every problem in the order of lines and columns. */
  public List<Problem> all() {
    return found.stream()
        .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
        .toList();
  }
}
