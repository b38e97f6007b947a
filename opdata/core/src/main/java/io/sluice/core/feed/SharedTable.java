package io.sluice.core.feed;

import io.sluice.core.feed.FeedTarget.Mode;
import io.sluice.core.feed.FeedTarget.Partitioning.By;
import io.sluice.core.yaml.Retention;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Feeds that write to one table must declare it alike. */
final class SharedTable {

  /** What must be the same, where it stands, and how it is written. */
  private record Property(String pointer, Function<Feed, String> value) {}

  private static final List<Property> PROPERTIES =
      List.of(
          new Property("/target/layout", feed -> feed.target().layout().id()),
          new Property("/target/mode", feed -> lower(feed.target().mode())),
          new Property("/target/key", SharedTable::key),
          new Property("/target/time", feed -> feed.target().time().orElse("none")),
          new Property("/target/partition/by", feed -> lower(feed.target().partition().by())),
          new Property(
              "/target/partition/keep",
              feed -> feed.target().partition().keep().map(Retention::format).orElse("forever")),
          new Property("/zone", SharedTable::zone));

  private SharedTable() {}

  /** The table of a feed's template. */
  static String of(Feed feed) {
    String table = feed.target().table().replace("{feed}", feed.name());
    return table.indexOf('.') < 0 ? FeedTarget.DEFAULT_SCHEMA + "." + table : table;
  }

  static FeedResult check(Path file, FeedResult result, Path other, Feed theirs) {
    Feed ours = result.feed().orElseThrow();
    Optional<Property> different =
        PROPERTIES.stream()
            .filter(property -> !property.value.apply(ours).equals(property.value.apply(theirs)))
            .findFirst();
    return different
        .map(
            property ->
                result.broken(
                    file,
                    property.pointer,
                    "feed %s writes to %s like feed %s of %s, which has %s %s, not %s"
                        .formatted(
                            ours.name(),
                            of(ours),
                            theirs.name(),
                            other.getFileName(),
                            property.pointer.substring(1).replace('/', '.'),
                            property.value.apply(theirs),
                            property.value.apply(ours)),
                    "Declare both alike, or name another table in target.table."))
        .orElse(result);
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** Only rows that are merged have one, and its order does not matter. */
  private static String key(Feed feed) {
    return feed.target().mode() == Mode.MERGE
        ? String.join(", ", new java.util.TreeSet<>(Set.copyOf(feed.target().key())))
        : "none";
  }

  /** Of partitions; without them it may differ. */
  private static String zone(Feed feed) {
    return feed.target().partition().by() == By.NONE ? "none" : feed.zone().getId();
  }
}
