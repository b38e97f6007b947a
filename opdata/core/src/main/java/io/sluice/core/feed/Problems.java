package io.sluice.core.feed;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonPointer;

/** Collects the problems of one file and finds the line of each. */
final class Problems {

  /** A place in the file, both from 1. */
  record Position(int line, int column) {}

  /** The begin of a file. */
  static final Position START = new Position(1, 1);

  private final String file;
  private final Map<JsonPointer, Position> keys;
  private final Map<JsonPointer, Position> values;
  private final List<FeedProblem> found = new ArrayList<>();

  Problems(String file, Map<JsonPointer, Position> keys, Map<JsonPointer, Position> values) {
    this.file = file;
    this.keys = keys;
    this.values = values;
  }

  void addAtValue(JsonPointer pointer, String message, String remedy) {
    add(position(pointer), pointer, message, remedy);
  }

  /** Where a value stands, or what it is missing in. */
  Position position(JsonPointer pointer) {
    return values.containsKey(pointer) ? values.get(pointer) : key(pointer);
  }

  void addAtKey(JsonPointer pointer, String message, String remedy) {
    add(key(pointer), pointer, message, remedy);
  }

  void add(Position position, JsonPointer pointer, String message, String remedy) {
    FeedProblem problem =
        new FeedProblem(
            file, position.line(), position.column(), pointer.toString(), message, remedy);
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

  boolean none() {
    return found.isEmpty();
  }

  List<FeedProblem> all() {
    return found.stream()
        .sorted(Comparator.comparingInt(FeedProblem::line).thenComparingInt(FeedProblem::column))
        .toList();
  }
}
