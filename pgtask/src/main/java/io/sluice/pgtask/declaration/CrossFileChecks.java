package io.sluice.pgtask.declaration;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedTarget.Partitioning.By;
import io.sluice.core.feed.Feeds;
import io.sluice.core.yaml.Problem;
import io.sluice.core.yaml.Suggestion;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.core.JsonPointer;

/** What only shows when all files and the feeds are looked at together. */
final class CrossFileChecks {

  private final Map<Path, TaskFile> results;
  private final Feeds feeds;
  private final Map<String, DatabaseSpec> databases = new TreeMap<>();
  private final Set<String> databaseNames = new TreeSet<>(Set.of(DatabaseSpec.WAREHOUSE));
  private final Map<Path, Task> passed = new LinkedHashMap<>();

  CrossFileChecks(Map<Path, TaskFile> results, Collection<Declaration> inEffect, Feeds feeds) {
    this.results = results;
    this.feeds = feeds;
    inEffect.forEach(this::note);
    results.values().forEach(result -> result.declared().ifPresent(this::note));
    results.values().stream()
        .filter(result -> result.said("task").isEmpty())
        .forEach(result -> result.said("database").ifPresent(databaseNames::add));
  }

  private void note(Declaration declared) {
    if (declared instanceof Declaration.OfDatabase database) {
      databases.put(database.database().name(), database.database());
      databaseNames.add(database.database().name());
    }
  }

  Map<Path, TaskFile> run() {
    Map<Path, TaskFile> checked = new TreeMap<>();
    results.forEach(
        (file, result) ->
            checked.put(
                file,
                result.declared().orElse(null) instanceof Declaration.OfTask task
                    ? result.with(problems(file, result, task))
                    : result));
    return checked;
  }

  private List<Problem> problems(Path file, TaskFile result, Declaration.OfTask declared) {
    Task task = declared.task();
    List<Problem> problems = new ArrayList<>();
    database(result, task).ifPresent(problems::add);
    if (task.spec() instanceof PartitionSpec spec && spec.feed().isPresent()) {
      feed(result, declared, spec.feed().get()).ifPresent(problems::add);
    }
    problems.addAll(overlaps(result, task));
    if (problems.isEmpty()) {
      passed.put(file, task);
    }
    return problems;
  }

  private Optional<Problem> database(TaskFile result, Task task) {
    if (!databaseNames.contains(task.database())) {
      return Optional.of(
          result.problem(
              JsonPointer.compile("/database"),
              "database " + task.database() + " is not declared",
              Suggestion.of(task.database(), databaseNames)
                  .map(name -> "Did you mean '" + name + "'?")
                  .orElse(
                      "Write a file that begins with database: "
                          + task.database()
                          + ", or remove it for the warehouse.")));
    }
    return Optional.ofNullable(databases.get(task.database()))
        .filter(database -> task.limits().connections() > database.connections())
        .map(
            database ->
                result.problem(
                    JsonPointer.compile("/limits/connections"),
                    "limits.connections is %d, but database %s allows %d"
                        .formatted(
                            task.limits().connections(), database.name(), database.connections()),
                    "Lower limits.connections, or raise the database's connections."));
  }

  private Optional<Problem> feed(TaskFile result, Declaration.OfTask declared, String name) {
    Optional<Feed> feed = feeds.get(name);
    JsonPointer at = JsonPointer.compile("/partition/feed");
    if (feed.isEmpty()) {
      Optional<String> meant = Suggestion.of(name, feeds.byName().keySet());
      return Optional.of(
          result.problem(
              at,
              "there is no feed " + name,
              meant.map(m -> "Did you mean '" + m + "'?").orElse("Name a feed in effect.")));
    }
    if (feed.get().target().partition().by() == By.NONE) {
      return Optional.of(
          result.problem(
              at, "the tables of feed " + name + " have no partitions", "Remove this task."));
    }
    return declared.ownZone() && !declared.task().zone().equals(feed.get().zone())
        ? Optional.of(
            result.problem(
                JsonPointer.compile("/zone"),
                "feed " + name + " has its days in " + feed.get().zone(),
                "Remove zone; a window can name its own at its end."))
        : Optional.empty();
  }

  private List<Problem> overlaps(TaskFile result, Task task) {
    List<Problem> problems = new ArrayList<>();
    passed.forEach(
        (file, other) ->
            Overlap.between(task, other)
                .ifPresent(
                    overlap ->
                        problems.add(
                            result.problem(
                                overlap.at(),
                                "%s is also %s by task %s in %s"
                                    .formatted(
                                        overlap.what(),
                                        overlap.done(),
                                        other.name(),
                                        file.getFileName()),
                                "Name each table in one of them."))));
    Overlap.withFeeds(task, feeds)
        .ifPresent(
            overlap ->
                problems.add(
                    result.problem(
                        overlap.at(),
                        overlap.what() + " is " + overlap.done() + " as the feed says",
                        "Write feed: instead of tables:, or name other tables.")));
    return problems;
  }
}
