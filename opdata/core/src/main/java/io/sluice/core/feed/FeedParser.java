package io.sluice.core.feed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads feeds and says every problem of a file at once: YAML, schema, and what a schema cannot say.
 */
public final class FeedParser {

  private FeedParser() {}

  /** Reads a file; one that cannot be read is a problem too. */
  public static FeedResult parse(Path file) {
    try {
      return parse(file.toString(), Files.readAllBytes(file));
    } catch (IOException e) {
      return unreadable(
          file.toString(),
          "the file cannot be read",
          "Check that it exists and that the service may read it.");
    }
  }

  /**
   * Reads every feed of a directory, or one file. Of feeds with the same name the first in the
   * order of file names is one, the others are problems.
   *
   * @throws IOException if there is no such directory or file
   */
  public static Map<Path, FeedResult> parseAll(Path directoryOrFile) throws IOException {
    Map<Path, FeedResult> results = new TreeMap<>();
    for (Path file : FeedFiles.list(directoryOrFile)) {
      results.put(file, parse(file));
    }
    return FeedFiles.refuseDuplicates(results, Map.of());
  }

  static FeedResult parse(String name, byte[] utf8) {
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
      return parse(name, text.toString());
    } catch (CharacterCodingException e) {
      return unreadable(name, "the file is not UTF-8", "Save it in UTF-8.");
    }
  }

  private static FeedResult unreadable(String file, String message, String remedy) {
    return FeedResult.broken(List.of(new FeedProblem(file, 1, 1, "", message, remedy)));
  }

  /**
   * Reads a text.
   *
   * @param name of the file, for the problems
   */
  public static FeedResult parse(String name, String yaml) {
    YamlDocument.Read document = YamlDocument.read(name, yaml);
    Problems problems = document.problems();
    Optional<Feed> feed = document.tree().flatMap(tree -> check(tree, problems));
    return feed.isPresent() && problems.none()
        ? FeedResult.good(feed.get(), problems.position(JsonPointer.compile("/feed")))
        : FeedResult.broken(problems.all());
  }

  private static Optional<Feed> check(ObjectNode tree, Problems problems) {
    FeedSchema schema = FeedSchema.get();
    SchemaProblems.report(schema, tree, problems);
    checkTexts(schema, tree, problems);
    FeedDefaults.fill(schema, tree);
    Tree feed = Tree.of(tree);
    SourceChecks.run(feed, problems);
    CsvChecks.run(feed, problems);
    CleanChecks.run(feed, problems);
    TargetChecks.run(feed, problems);
    return problems.none() ? Optional.of(FeedBinder.bind(feed)) : Optional.empty();
  }

  /** Wrong texts are taken out as the schema's are, so that later checks do not trip over them. */
  private static void checkTexts(FeedSchema schema, ObjectNode tree, Problems problems) {
    List<JsonPointer> wrong = new ArrayList<>();
    schema.walk(
        tree,
        (rule, value, at) -> {
          checkNames(rule, value, at, problems);
          Optional.of(value)
              .filter(JsonNode::isString)
              .flatMap(v -> TextChecks.check(rule.path("x-format").asString(""), v.asString()))
              .ifPresent(
                  fault -> {
                    problems.addAtValue(at, fault.message(), fault.remedy());
                    wrong.add(at);
                  });
        });
    wrong.forEach(at -> SchemaProblems.takeOut(tree, at));
  }

  private static void checkNames(JsonNode rule, JsonNode value, JsonPointer at, Problems problems) {
    String format = FeedSchema.get().nameFormat(rule);
    for (String name : format.isEmpty() ? List.<String>of() : List.copyOf(value.propertyNames())) {
      TextChecks.check(format, name)
          .ifPresent(
              fault -> problems.addAtKey(at.appendProperty(name), fault.message(), fault.remedy()));
    }
  }
}
