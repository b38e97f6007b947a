package io.sluice.core.yaml;

import io.sluice.core.yaml.Problems.Position;
import java.util.Map;
import tools.jackson.core.JsonPointer;

/** Where the keys and values of a file stand. */
public record Places(
    String file, Map<JsonPointer, Position> keys, Map<JsonPointer, Position> values) {

  /** Where a value stands, or what it is missing in. */
  public Position position(JsonPointer pointer) {
    return values.containsKey(pointer) ? values.get(pointer) : key(pointer);
  }

  /** Where a value such as {@code target.mode} stands: {@code file:line:column}. */
  public String at(String property) {
    Position at = position(JsonPointer.compile("/" + property.replace('.', '/')));
    return file + ":" + at.line() + ":" + at.column();
  }

  /** The key itself, or of what it is missing in. */
  Position key(JsonPointer pointer) {
    for (JsonPointer at = pointer; !at.matches(); at = at.head()) {
      if (keys.containsKey(at)) {
        return keys.get(at);
      }
      if (values.containsKey(at)) {
        return values.get(at);
      }
    }
    return values.getOrDefault(JsonPointer.empty(), Problems.START);
  }

  /** All are equal: where it stands changes nothing that is declared, such as after a comment. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Places;
  }

  @Override
  public int hashCode() {
    return 0;
  }
}
