package io.sluice.pgtask.declaration;

import io.sluice.core.yaml.Places;
import io.sluice.core.yaml.Problem;
import io.sluice.core.yaml.Problems;
import io.sluice.core.yaml.Tree;
import io.sluice.core.yaml.YamlDocument;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonPointer;

/** What became of one file: a task or a database, or every problem in the order of its lines. */
public final class TaskFile {

  private final String file;
  private final Optional<Declaration> declared;
  private final List<Problem> problems;
  private final Places places;
  private final Optional<Tree> tree;

  private TaskFile(
      String file,
      Optional<Declaration> declared,
      List<Problem> problems,
      Places places,
      Optional<Tree> tree) {
    this.file = file;
    this.declared = declared;
    this.problems = List.copyOf(problems);
    this.places = places;
    this.tree = tree;
  }

  static TaskFile of(String file, YamlDocument.Read read, Optional<Declaration> declared) {
    Problems problems = read.problems();
    return new TaskFile(
        file,
        problems.none() ? declared : Optional.empty(),
        problems.all(),
        problems.places(),
        read.tree().map(Tree::of));
  }

  /** The declaration, if there is no problem. */
  public Optional<Declaration> declared() {
    return declared;
  }

  /** Every problem; empty if there is a declaration. */
  public List<Problem> problems() {
    return problems;
  }

  /** A problem of this file that only shows beside others. */
  Problem problem(JsonPointer at, String message, String remedy) {
    Problems.Position position = places.position(at);
    return new Problem(file, position.line(), position.column(), at.toString(), message, remedy);
  }

  /** The same file with more problems. */
  TaskFile with(List<Problem> more) {
    if (more.isEmpty()) {
      return this;
    }
    List<Problem> all = new ArrayList<>(problems);
    all.addAll(more);
    all.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
    return new TaskFile(file, Optional.empty(), all, places, tree);
  }

  /** A text that the file has, even if the file has problems elsewhere. */
  Optional<String> said(String key, String... below) {
    Optional<Tree> at = tree.map(root -> root.get(key));
    for (String next : below) {
      at = at.map(value -> value.get(next));
    }
    return at.flatMap(Tree::text);
  }

  /** The tables or globs that a rotation names, as far as they can be read. */
  List<String> tables() {
    return tree.map(root -> root.get("partition", "tables").texts()).orElse(List.of()).stream()
        .filter(text -> TextFormats.CHECKS.check("table-glob", text).isEmpty())
        .toList();
  }

  /** Whether the file is at least a mapping, so that {@link #said} knows what it is about. */
  boolean readable() {
    return tree.isPresent();
  }
}
