package io.sluice.core.yaml;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * Reads values out of a document's tree; what is absent or was taken out as wrong reads as empty.
 *
 * @param node the value, {@code MissingNode} if it is absent
 * @param at where it stands in the document
 */
public record Tree(JsonNode node, JsonPointer at) {

  /** The whole document. */
  public static Tree of(JsonNode root) {
    return new Tree(root, JsonPointer.empty());
  }

  /** The value at a property; absent ones are possible too. */
  public Tree get(String property) {
    return new Tree(node.path(property), at.appendProperty(property));
  }

  /** The value at a property of a property. */
  public Tree get(String first, String second) {
    return get(first).get(second);
  }

  /** Whether there is a value that is not null. */
  public boolean present() {
    return !node.isMissingNode() && !node.isNull();
  }

  /** The value as a text if it is a text, number or boolean. */
  public Optional<String> text() {
    return present() && node.isValueNode() ? Optional.of(node.asString()) : Optional.empty();
  }

  /** The text, or empty if it is an empty text. */
  public Optional<String> nonEmpty() {
    return text().filter(text -> !text.isEmpty());
  }

  /** The value if it is a {@linkplain Durations duration}. */
  public Optional<Duration> duration() {
    return text().flatMap(Durations::parse);
  }

  /** The items of a list that have a text. */
  public List<String> texts() {
    return items().stream().flatMap(item -> item.text().stream()).toList();
  }

  /** The items of a list that are present. */
  public List<Tree> items() {
    return IntStream.range(0, node.isArray() ? node.size() : 0)
        .mapToObj(i -> new Tree(node.get(i), at.appendIndex(i)))
        .filter(Tree::present)
        .toList();
  }

  /** The properties of a mapping, in its order. */
  public Map<String, Tree> entries() {
    Map<String, Tree> entries = new LinkedHashMap<>();
    node.properties().forEach(entry -> entries.put(entry.getKey(), get(entry.getKey())));
    return entries;
  }
}
