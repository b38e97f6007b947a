package io.sluice.core.yaml;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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

  private final Places places;
  private final List<Problem> found = new ArrayList<>();

  Problems(Places places) {
    this.places = places;
  }

  /** Where everything in the file stands. */
  public Places places() {
    return places;
  }

  /** A problem of a value: found at it, or at what it is missing in. */
  public void addAtValue(JsonPointer pointer, String message, String remedy) {
    add(places.position(pointer), pointer, message, remedy);
  }

  /** A problem of a key, or of an absent one: found at it, or at what it is missing in. */
  public void addAtKey(JsonPointer pointer, String message, String remedy) {
    add(places.key(pointer), pointer, message, remedy);
  }

  /**
   * A problem at a place that was found otherwise.
   *
   * @param message what is wrong, without a stop at its end and without secrets
   * @param remedy one sentence that says what to do
   */
  public void add(Position position, JsonPointer pointer, String message, String remedy) {
    Problem problem =
        new Problem(
            places.file(), position.line(), position.column(), pointer.toString(), message, remedy);
    if (!found.contains(problem)) {
      found.add(problem);
    }
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
