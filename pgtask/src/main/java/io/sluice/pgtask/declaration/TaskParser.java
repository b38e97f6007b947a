package io.sluice.pgtask.declaration;

import io.sluice.core.feed.Feeds;
import io.sluice.core.yaml.DocumentFiles;
import io.sluice.core.yaml.DocumentSchema;
import io.sluice.core.yaml.Problems;
import io.sluice.core.yaml.SchemaProblems;
import io.sluice.core.yaml.Tree;
import io.sluice.core.yaml.YamlDocument;
import io.sluice.pgtask.task.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads tasks and databases and says every problem of a file at once: YAML, schema, and what a
 * schema cannot say. A file that has {@code database} and {@code url} but no {@code task} is a
 * database.
 */
public final class TaskParser {

  /** Of tasks: what they can say, and every default. */
  static final DocumentSchema TASKS =
      new DocumentSchema(Task.class, "task.schema.json", "the task");

  /** Of databases. */
  static final DocumentSchema DATABASES =
      new DocumentSchema(Task.class, "database.schema.json", "the database");

  private static final String NOUN = "task or database";
  private static final String FIRST_KEY = "task: or database";

  private TaskParser() {}

  /** Reads a file; one that cannot be read is a problem too. */
  public static TaskFile parse(Path file) {
    return result(file.toString(), YamlDocument.read(file, NOUN, FIRST_KEY));
  }

  /**
   * Reads a text.
   *
   * @param name of the file, for the problems
   */
  public static TaskFile parse(String name, String yaml) {
    return result(name, YamlDocument.read(name, yaml, NOUN, FIRST_KEY));
  }

  static TaskFile parse(String name, byte[] utf8) {
    return result(name, YamlDocument.read(name, utf8, NOUN, FIRST_KEY));
  }

  /**
   * Reads every file of a directory, or one file, and checks them together: names that stand twice,
   * databases and feeds that are not declared, tables that two tasks tend. One file is checked
   * beside the others of its directory.
   *
   * @throws IOException if there is no such directory or file
   */
  public static Map<Path, TaskFile> parseAll(Path directoryOrFile, Feeds feeds) throws IOException {
    Map<Path, TaskFile> results = new TreeMap<>();
    for (Path file : DocumentFiles.list(directoryOrFile)) {
      results.put(file, parse(file));
    }
    Path parent = directoryOrFile.toAbsolutePath().getParent();
    if (Files.isDirectory(directoryOrFile) || parent == null) {
      return TaskFiles.together(results, Map.of(), feeds);
    }
    for (Path file : DocumentFiles.list(parent)) {
      if (!Files.isSameFile(file, directoryOrFile)) {
        results.put(file, parse(file));
      }
    }
    Map<Path, TaskFile> together = TaskFiles.together(results, Map.of(), feeds);
    return Map.of(directoryOrFile, together.get(directoryOrFile));
  }

  private static TaskFile result(String name, YamlDocument.Read document) {
    Optional<ObjectNode> written = document.tree().map(ObjectNode::deepCopy);
    Optional<Declaration> declared =
        document.tree().flatMap(tree -> check(tree, document.problems()));
    return TaskFile.of(name, new YamlDocument.Read(written, document.problems()), declared);
  }

  private static Optional<Declaration> check(ObjectNode tree, Problems problems) {
    boolean database = isDatabase(tree);
    DocumentSchema schema = database ? DATABASES : TASKS;
    Tree written = Tree.of(tree.deepCopy());
    SchemaProblems.report(schema, tree, problems);
    TextFormats.CHECKS.checkTexts(schema, tree, problems);
    ExplicitValues said = new ExplicitValues(written, Tree.of(tree.deepCopy()));
    schema.fillDefaults(tree);
    Tree filled = Tree.of(tree);
    if (!database) {
      TaskChecks.run(said, filled, problems);
    }
    if (!problems.none()) {
      return Optional.empty();
    }
    return Optional.of(
        database
            ? DatabaseBinder.bind(filled)
            : new Declaration.OfTask(TaskBinder.bind(filled), said.has("zone")));
  }

  private static boolean isDatabase(ObjectNode tree) {
    boolean first =
        tree.propertyStream().findFirst().filter(p -> p.getKey().equals("database")).isPresent();
    return !tree.has("task") && (first || tree.has("url"));
  }
}
