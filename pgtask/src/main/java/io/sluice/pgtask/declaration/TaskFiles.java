package io.sluice.pgtask.declaration;

import io.sluice.core.feed.Feeds;
import io.sluice.core.yaml.DocumentKind;
import io.sluice.core.yaml.NameOwners;
import io.sluice.core.yaml.Problem;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import tools.jackson.core.JsonPointer;

/** Reads the files of a directory of tasks. */
final class TaskFiles implements DocumentKind<TaskFile, Declaration> {

  private final Supplier<Feeds> feeds;

  TaskFiles(Supplier<Feeds> feeds) {
    this.feeds = feeds;
  }

  @Override
  public String plural() {
    return "tasks";
  }

  @Override
  public TaskFile parse(String file, byte[] utf8) {
    return TaskParser.parse(file, utf8);
  }

  @Override
  public TaskFile parse(Path file) {
    return TaskParser.parse(file);
  }

  @Override
  public Optional<Declaration> document(TaskFile result) {
    return result.declared();
  }

  @Override
  public List<Problem> problems(TaskFile result) {
    return result.problems();
  }

  @Override
  public Map<Path, TaskFile> together(
      Map<Path, TaskFile> results, Map<Path, Declaration> inEffect) {
    return together(results, inEffect, feeds.get());
  }

  /** Names that stand twice first; what is left is then one task or database each. */
  static Map<Path, TaskFile> together(
      Map<Path, TaskFile> results, Map<Path, Declaration> inEffect, Feeds feeds) {
    Map<Path, String> before = new HashMap<>();
    inEffect.forEach((file, declared) -> before.put(file, declared.label()));
    NameOwners<TaskFile> owners = new NameOwners<>(results, before, TaskFiles::label);
    Map<Path, TaskFile> named = new TreeMap<>();
    results.forEach(
        (file, result) ->
            named.put(file, owners.other(file).map(o -> duplicate(result, o)).orElse(result)));
    return new CrossFileChecks(named, inEffect.values(), feeds).run();
  }

  private static Optional<String> label(TaskFile result) {
    return result.declared().map(Declaration::label);
  }

  private static TaskFile duplicate(TaskFile result, Path other) {
    String label = label(result).orElseThrow();
    String key = label.substring(0, label.indexOf(' '));
    return result.with(
        List.of(
            result.problem(
                JsonPointer.empty().appendProperty(key),
                label + " is also in " + other.getFileName(),
                "Give each a name of its own; until then the other file is in effect.")));
  }
}
