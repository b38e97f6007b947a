package io.sluice.pgtask.declaration;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedTarget.Partitioning.By;
import io.sluice.core.feed.Feeds;
import io.sluice.core.feed.Glob;
import io.sluice.pgtask.catalog.TableGlobs;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSpec;
import io.sluice.pgtask.task.UnpartitionSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonPointer;

/**
 * Two tasks that would do the same to one table, as far as their texts tell: the same text, or a
 * table that the other's glob matches.
 *
 * @param at where the later one says it
 * @param what both name
 * @param done to it
 */
record Overlap(JsonPointer at, String what, String done) {

  private static final Map<String, String> DONE =
      Map.of("partition", "rotated", "convert", "converted", "unpartition", "unpartitioned");

  static Optional<Overlap> between(Task later, Task earlier) {
    if (!later.database().equals(earlier.database())) {
      return Optional.empty();
    }
    if (later.spec() instanceof PartitionSpec one && earlier.spec() instanceof PartitionSpec two) {
      return one.feed().isPresent() && one.feed().equals(two.feed())
          ? Optional.of(
              new Overlap(
                  JsonPointer.compile("/partition/feed"), "feed " + one.feed().get(), "rotated"))
          : tables(
              "partition", one.tables(), one.exclude(), two.tables(), two.exclude(), "rotated");
    }
    if (reshaped(later.spec()).isPresent()) {
      return reshaped(later.spec(), earlier.spec());
    }
    if (later.spec() instanceof PartitionSpec one
        && earlier.spec() instanceof UnpartitionSpec two) {
      return tables(
          "partition",
          one.tables(),
          one.exclude(),
          List.of(two.table()),
          List.of(),
          DONE.get("unpartition"));
    }
    return later.spec() instanceof MaintenanceSpec one
            && earlier.spec() instanceof MaintenanceSpec two
        ? maintenance(one, two)
        : Optional.empty();
  }

  /** The table that becomes partitioned or plain. */
  private static Optional<String> reshaped(TaskSpec spec) {
    return spec instanceof ConvertSpec convert
        ? Optional.of(convert.table())
        : spec instanceof UnpartitionSpec unpartition
            ? Optional.of(unpartition.table())
            : Optional.empty();
  }

  /** A table that was converted may be rotated; one that is to be plain may not. */
  private static Optional<Overlap> reshaped(TaskSpec later, TaskSpec earlier) {
    String table = reshaped(later).orElseThrow();
    boolean rotated =
        later instanceof UnpartitionSpec
            && earlier instanceof PartitionSpec other
            && other.tables().stream().anyMatch(name -> shared(table, name).isPresent())
            && !matches(other.exclude(), table);
    return rotated || reshaped(earlier).filter(table::equals).isPresent()
        ? Optional.of(
            new Overlap(
                JsonPointer.compile("/" + later.kind() + "/table"),
                table,
                DONE.get(earlier.kind())))
        : Optional.empty();
  }

  private static Optional<Overlap> maintenance(MaintenanceSpec one, MaintenanceSpec two) {
    Optional<String> done =
        both(one.vacuum(), two.vacuum(), "vacuumed")
            .or(() -> both(one.analyze(), two.analyze(), "analysed"))
            .or(() -> both(one.reindex(), two.reindex(), "reindexed"))
            .or(
                () ->
                    one.rewritesTables() && two.rewritesTables()
                        ? Optional.of("rewritten")
                        : Optional.empty());
    return done.flatMap(
        word ->
            tables("maintenance", one.tables(), one.exclude(), two.tables(), two.exclude(), word));
  }

  private static Optional<String> both(Optional<?> one, Optional<?> two, String done) {
    return one.isPresent() && two.isPresent() ? Optional.of(done) : Optional.empty();
  }

  private static Optional<Overlap> tables(
      String section,
      List<String> mine,
      List<String> myExcludes,
      List<String> others,
      List<String> otherExcludes,
      String done) {
    for (int i = 0; i < mine.size(); i++) {
      for (String other : others) {
        Optional<String> shared = shared(mine.get(i), other);
        boolean excluded =
            shared.filter(s -> matches(myExcludes, s) || matches(otherExcludes, s)).isPresent();
        if (shared.isPresent() && !excluded) {
          JsonPointer at = JsonPointer.compile("/" + section + "/tables/" + i);
          return Optional.of(new Overlap(at, shared.get(), done));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean matches(List<String> globs, String table) {
    return globs.stream()
        .anyMatch(
            glob ->
                glob.equals(table)
                    || (TableGlobs.isGlob(table)
                        ? Glob.of(glob).matches(table)
                        : stands(glob, table)));
  }

  private static Optional<String> shared(String one, String two) {
    if (one.equals(two)) {
      return Optional.of(one);
    }
    if (!TableGlobs.isGlob(one) && stands(two, one)) {
      return Optional.of(one);
    }
    return !TableGlobs.isGlob(two) && stands(one, two) ? Optional.of(two) : Optional.empty();
  }

  private static boolean stands(String glob, String table) {
    return TableGlobs.of(glob).match(TableName.parse(table));
  }

  /** Tables of feeds are rotated already, by the task derived from the feed. */
  static Optional<Overlap> withFeeds(Task task, Feeds feeds) {
    if (!(task.spec() instanceof PartitionSpec spec)
        || !task.database().equals(DatabaseSpec.WAREHOUSE)) {
      return Optional.empty();
    }
    for (int i = 0; i < spec.tables().size(); i++) {
      for (Feed feed : feeds.all()) {
        boolean excluded = matches(spec.exclude(), table(feed));
        if (!excluded && concerns(spec.tables().get(i), feed)) {
          return Optional.of(
              new Overlap(
                  JsonPointer.compile("/partition/tables/" + i),
                  "%s of feed %s".formatted(feed.target().table(), feed.name()),
                  "rotated"));
        }
      }
    }
    return Optional.empty();
  }

  /** Whether a table or glob stands for tables of a feed that are rotated. */
  static boolean concerns(String glob, Feed feed) {
    return feed.target().partition().by() != By.NONE && shared(glob, table(feed)).isPresent();
  }

  /** Whether a task that runs by itself makes partitions of a table ahead, once it has some. */
  static boolean rotates(Task task, String database, TableName table, Feeds feeds) {
    if (!(task.spec() instanceof PartitionSpec spec)
        || task.schedule().isEmpty()
        || !task.database().equals(database)
        || TableGlobs.of(spec.exclude()).match(table)) {
      return false;
    }
    List<String> globs =
        spec.feed().flatMap(feeds::get).map(feed -> List.of(glob(feed))).orElse(spec.tables());
    return TableGlobs.of(globs).match(table);
  }

  /** Of all tables that a feed may write to. */
  private static String glob(Feed feed) {
    return feed.target().table().replaceAll("\\{[^}]*}", "*");
  }

  private static String table(Feed feed) {
    return feed.target().table().replaceAll("\\{[^}]*}", "x");
  }
}
