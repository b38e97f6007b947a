package io.sluice.core.yaml;

import io.sluice.core.yaml.Problems.Position;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A YAML 1.2 file as a JSON tree that knows the line of each of its parts. What is wrong with the
 * file or its YAML is said in {@link Read#problems()}, never thrown.
 */
public final class YamlDocument {

  /** Far beyond what people write; aliases that expand without end stop here. */
  private static final int MAX_NODES = 100_000;

  private static final int MAX_DEPTH = 50;
  private static final LoadSettings SETTINGS =
      LoadSettings.builder().setMaxAliasesForCollections(MAX_NODES).build();
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Map<JsonPointer, Position> keys = new HashMap<>();
  private final Map<JsonPointer, Position> values = new HashMap<>();
  private final Problems problems;
  private final String noun;
  private final String firstKey;
  private int nodes;

  private YamlDocument(String file, String noun, String firstKey) {
    this.noun = noun;
    this.firstKey = firstKey;
    this.problems = new Problems(new Places(file, keys, values));
  }

  /**
   * A file that was read.
   *
   * @param tree empty if the file is not one YAML mapping
   * @param problems those of YAML itself
   */
  public record Read(Optional<ObjectNode> tree, Problems problems) {}

  /**
   * Reads a file; one that cannot be read is a problem too.
   *
   * @param noun what a document is, such as {@code feed}
   * @param firstKey the key that a document usually starts with
   */
  public static Read read(Path file, String noun, String firstKey) {
    try {
      return read(file.toString(), Files.readAllBytes(file), noun, firstKey);
    } catch (IOException e) {
      return unreadable(
          file.toString(),
          "the file cannot be read",
          "Check that it exists and that the service is allowed to read it.");
    }
  }

  /** Reads the content of a file; parameters as of the other methods. */
  public static Read read(String file, byte[] utf8, String noun, String firstKey) {
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
      return read(file, text.toString(), noun, firstKey);
    } catch (CharacterCodingException e) {
      return unreadable(file, "the file is not UTF-8", "Save it in UTF-8.");
    }
  }

  /**
   * Reads a text.
   *
   * @param file its name, for the problems
   * @param noun what a document is, such as {@code feed}
   * @param firstKey the key that a document usually starts with
   */
  public static Read read(String file, String yaml, String noun, String firstKey) {
    YamlDocument document = new YamlDocument(file, noun, firstKey);
    return new Read(document.tree(yaml), document.problems);
  }

  private static Read unreadable(String file, String message, String remedy) {
    Problems problems = new Problems(new Places(file, Map.of(), Map.of()));
    problems.add(Problems.START, JsonPointer.empty(), message, remedy);
    return new Read(Optional.empty(), problems);
  }

  private Optional<ObjectNode> tree(String yaml) {
    try {
      Iterator<Node> documents = new Compose(SETTINGS).composeAllFromString(yaml).iterator();
      JsonNode tree =
          documents.hasNext() ? convert(documents.next(), JsonPointer.empty(), 0) : null;
      refuseSecond(documents);
      if (tree instanceof ObjectNode object) {
        return Optional.of(object);
      }
      problems.addAtValue(
          JsonPointer.empty(),
          "the file is not a " + noun,
          "Write a single mapping that starts with " + firstKey + ":.");
    } catch (TooLargeException e) {
      problems.addAtValue(
          JsonPointer.empty(),
          "the file is nested too deeply or has too many parts",
          "Write it without aliases that multiply each other.");
    } catch (MarkedYamlEngineException e) {
      reportSyntax(e);
    } catch (YamlEngineException e) {
      problems.addAtValue(JsonPointer.empty(), "the file is not YAML", "Save it as YAML in UTF-8.");
    }
    return Optional.empty();
  }

  private void refuseSecond(Iterator<Node> documents) {
    if (documents.hasNext()) {
      problems.add(
          position(documents.next()),
          JsonPointer.empty(),
          "the file has a second document",
          "Put each " + noun + " in its own file.");
    }
  }

  /** The parser's snippet is left out: it may show a secret. */
  private void reportSyntax(MarkedYamlEngineException e) {
    Mark mark = e.getProblemMark().or(e::getContextMark).orElse(null);
    Position at = mark == null ? Problems.START : position(mark);
    String context =
        e.getContext() == null || e.getContext().isEmpty() ? "" : e.getContext() + ": ";
    problems.add(
        at,
        JsonPointer.empty(),
        "not YAML: " + context + e.getProblem(),
        "Check indentation and quotes; quote text that contains { } [ ] * & ! : or #.");
  }

  private JsonNode convert(Node node, JsonPointer at, int depth) {
    if (++nodes > MAX_NODES || at.length() > 10_000 || depth > MAX_DEPTH) {
      throw new TooLargeException();
    }
    values.put(at, position(node));
    if (node instanceof MappingNode mapping) {
      return object(mapping, at, depth + 1);
    }
    if (node instanceof SequenceNode sequence) {
      ArrayNode array = JSON.arrayNode();
      for (Node item : sequence.getValue()) {
        array.add(convert(item, at.appendIndex(array.size()), depth + 1));
      }
      return array;
    }
    return scalar((ScalarNode) node);
  }

  private ObjectNode object(MappingNode mapping, JsonPointer at, int depth) {
    ObjectNode object = JSON.objectNode();
    for (NodeTuple entry : mapping.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        problems.add(
            position(entry.getKeyNode()),
            at,
            "a key is not plain text",
            "Quote text that contains { } or [ ].");
        continue;
      }
      JsonPointer child = at.appendProperty(key.getValue());
      if (object.has(key.getValue())) {
        problems.add(
            position(key), child, "'" + key.getValue() + "' appears twice", "Remove one of them.");
        continue;
      }
      keys.put(child, position(key));
      object.set(key.getValue(), convert(entry.getValueNode(), child, depth));
    }
    return object;
  }

  private static JsonNode scalar(ScalarNode node) {
    Tag tag = node.getTag();
    String text = node.getValue();
    if (tag.equals(Tag.NULL)) {
      return JSON.nullNode();
    }
    if (tag.equals(Tag.BOOL)) {
      return JSON.booleanNode(Boolean.parseBoolean(text));
    }
    try {
      if (tag.equals(Tag.INT)) {
        return JSON.numberNode(new BigInteger(text));
      }
      return tag.equals(Tag.FLOAT) ? JSON.numberNode(new BigDecimal(text)) : JSON.stringNode(text);
    } catch (NumberFormatException e) {
      return JSON.stringNode(text);
    }
  }

  private static Position position(Node node) {
    return node.getStartMark().map(YamlDocument::position).orElse(Problems.START);
  }

  private static Position position(Mark mark) {
    return new Position(mark.getLine() + 1, mark.getColumn() + 1);
  }

  /** Ends the conversion of a file that no person wrote. */
  private static final class TooLargeException extends RuntimeException {}
}
