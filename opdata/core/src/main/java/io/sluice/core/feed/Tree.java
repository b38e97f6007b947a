package io.sluice.core.feed;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/** Reads values out of a feed's tree; what is absent or was taken out as wrong reads as empty. */
record Tree(JsonNode node, JsonPointer at) {

  static Tree of(JsonNode root) {
    return new Tree(root, JsonPointer.empty());
  }

  /** The value at a property; absent ones are possible too. */
  Tree get(String property) {
    return new Tree(node.path(property), at.appendProperty(property));
  }

  Tree get(String first, String second) {
    return get(first).get(second);
  }

  boolean present() {
    return !node.isMissingNode() && !node.isNull();
  }

  Optional<String> text() {
    return present() && node.isValueNode() ? Optional.of(node.asString()) : Optional.empty();
  }

  /** The text, or empty if it is an empty text. */
  Optional<String> nonEmpty() {
    return text().filter(text -> !text.isEmpty());
  }

  Optional<Duration> duration() {
    return text().flatMap(Durations::parse);
  }

  List<String> texts() {
    return items().stream().flatMap(item -> item.text().stream()).toList();
  }

  /** The items of a list that are present. */
  List<Tree> items() {
    return IntStream.range(0, node.isArray() ? node.size() : 0)
        .mapToObj(i -> new Tree(node.get(i), at.appendIndex(i)))
        .filter(Tree::present)
        .toList();
  }

  /** The properties of a mapping, in its order. */
  Map<String, Tree> entries() {
    Map<String, Tree> entries = new LinkedHashMap<>();
    node.properties().forEach(entry -> entries.put(entry.getKey(), get(entry.getKey())));
    return entries;
  }
}
