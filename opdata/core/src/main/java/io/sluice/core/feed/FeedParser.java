package io.sluice.core.feed;

import io.sluice.core.yaml.DocumentFiles;
import io.sluice.core.yaml.DocumentSchema;
import io.sluice.core.yaml.Problems;
import io.sluice.core.yaml.SchemaProblems;
import io.sluice.core.yaml.Tree;
import io.sluice.core.yaml.YamlDocument;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads feeds and says every problem of a file at once: YAML, schema, and what a schema cannot say.
 */
public final class FeedParser {

  /** The published JSON Schema, the only place of what a feed can say and of defaults. */
  static final DocumentSchema SCHEMA =
      new DocumentSchema(FeedParser.class, "feed.schema.json", "the feed");

  private static final String NOUN = "feed";
  private static final String FIRST_KEY = "feed";

  private FeedParser() {}

  /** Reads a file; one that cannot be read is a problem too. */
  public static FeedResult parse(Path file) {
    return result(YamlDocument.read(file, NOUN, FIRST_KEY));
  }

  /**
   * Reads every feed of a directory, or one file. Of feeds with the same name the first in the
   * order of file names is one, the others are problems.
   *
   * @throws IOException if there is no such directory or file
   */
  public static Map<Path, FeedResult> parseAll(Path directoryOrFile) throws IOException {
    Map<Path, FeedResult> results = new TreeMap<>();
    for (Path file : DocumentFiles.list(directoryOrFile)) {
      results.put(file, parse(file));
    }
    return new FeedFiles().together(results, Map.of());
  }

  static FeedResult parse(String name, byte[] utf8) {
    return result(YamlDocument.read(name, utf8, NOUN, FIRST_KEY));
  }

  /**
   * Reads a text.
   *
   * @param name of the file, for the problems
   */
  public static FeedResult parse(String name, String yaml) {
    return result(YamlDocument.read(name, yaml, NOUN, FIRST_KEY));
  }

  private static FeedResult result(YamlDocument.Read document) {
    Problems problems = document.problems();
    Optional<Feed> feed = document.tree().flatMap(tree -> check(tree, problems));
    return new FeedResult(feed, problems.all());
  }

  private static void checkFormerly(Tree feed, Problems problems) {
    Tree formerly = feed.get("formerly");
    if (formerly.present() && formerly.text().equals(feed.get("feed").text())) {
      problems.addAtValue(
          formerly.at(),
          "formerly is the feed's own name",
          "Write the name it had before, or remove formerly.");
    }
  }

  private static Optional<Feed> check(ObjectNode tree, Problems problems) {
    SchemaProblems.report(SCHEMA, tree, problems);
    FeedTexts.CHECKS.checkTexts(SCHEMA, tree, problems);
    FeedDefaults.fill(SCHEMA, tree);
    Tree feed = Tree.of(tree);
    SourceChecks.run(feed, problems);
    CsvChecks.run(feed, problems);
    CleanChecks.run(feed, problems);
    TargetChecks.run(feed, problems);
    checkFormerly(feed, problems);
    return problems.none()
        ? Optional.of(FeedBinder.bind(tree, problems.places()))
        : Optional.empty();
  }
}
