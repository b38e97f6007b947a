package io.sluice.core.feed;

import io.sluice.core.yaml.Durations;
import io.sluice.core.yaml.Problems;
import io.sluice.core.yaml.Retention;
import io.sluice.core.yaml.Suggestion;
import io.sluice.core.yaml.Tree;
import java.time.Duration;
import java.time.temporal.TemporalAmount;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What the schema cannot say about the target, its key and its partitions. */
final class TargetChecks {

  private static final Map<String, Duration> PARTITION_SPAN =
      Map.of(
          "hour", Duration.ofHours(1),
          "day", Duration.ofDays(1),
          "week", Duration.ofDays(7),
          "month", Duration.ofDays(31));

  private final Tree feed;
  private final Tree target;
  private final boolean pm;
  private final boolean merge;
  private final boolean tall;
  private final Problems problems;

  private TargetChecks(Tree feed, Problems problems) {
    this.feed = feed;
    this.target = feed.get("target");
    this.pm = feed.get("format", "3gpp-pm").present();
    this.merge = is("mode", "merge");
    this.tall = is("layout", "tall");
    this.problems = problems;
  }

  private boolean is(String property, String value) {
    return target.get(property).text().filter(value::equals).isPresent();
  }

  static void run(Tree feed, Problems problems) {
    TargetChecks checks = new TargetChecks(feed, problems);
    boolean formatKnown = checks.pm || feed.get("format", "csv").present();
    if (!checks.target.present() || !formatKnown) {
      return;
    }
    checks.template();
    checks.fields();
    checks.key();
    checks.partition();
    checks.window();
    checks.types();
  }

  private void template() {
    Tree table = target.get("table");
    boolean byGroup = table.text().filter(text -> text.contains("{measInfoId}")).isPresent();
    if (byGroup && !pm) {
      problems.addAtValue(
          table.at(), "csv has no {measInfoId}", "Write the table's name, or use {feed}.");
    }
    if (tall && !pm) {
      problems.addAtKey(
          target.get("layout").at(), "layout tall is for 3gpp-pm only", "Use layout: wide.");
    }
    if (pm && merge && table.present() && !byGroup) {
      problems.addAtValue(
          table.at(),
          "groups merged into one table overwrite each other's counters of the same name",
          "Add {measInfoId} to table, or use mode: append.");
    }
  }

  private void fields() {
    Fields fields = Fields.of(feed);
    for (Tree name : target.get("key").items()) {
      require(name, "key", fields);
    }
    if (target.get("time").present()) {
      time(fields);
    }
  }

  private void require(Tree name, String role, Fields fields) {
    Optional<String> missing = name.text().flatMap(fields::whyMissing);
    if (missing.isPresent()) {
      String remedy =
          Suggestion.of(name.text().orElse(""), fields.names())
              .map(meant -> "Did you mean '" + meant + "'?")
              .orElse("Use any of " + String.join(", ", fields.names()) + ".");
      problems.addAtValue(
          name.at(), role + " column " + name.text().orElse("") + " " + missing.get(), remedy);
    }
  }

  private void time(Fields fields) {
    String time = target.get("time").text().orElse("");
    if (pm && !time.equals(FeedFormat.Pm.TIME)) {
      problems.addAtValue(
          target.get("time").at(),
          "the time column of 3gpp-pm cannot be " + time,
          "Write time: " + FeedFormat.Pm.TIME + ", or remove it.");
      return;
    }
    require(target.get("time"), "time", fields);
    Tree column = feed.get("format", "csv").get("columns").get(time);
    Optional<SqlType> type =
        column.text().or(() -> column.get("type").text()).flatMap(SqlType::parse);
    if (type.filter(t -> !t.temporal()).isPresent()) {
      problems.addAtValue(
          target.get("time").at(),
          "time column " + time + " is " + type.get().sql(),
          "Give it type timestamptz, timestamp or date.");
    }
  }

  private void key() {
    Tree key = target.get("key");
    if (!merge || (key.present() && key.node().size() != key.items().size())) {
      return;
    }
    if (key.items().isEmpty() && (key.present() || !pm)) {
      problems.addAtKey(
          key.at(), "mode merge needs a key", "List in key the columns that identify a row.");
      return;
    }
    if (pm && tall && key.present() && !keyHas(FeedFormat.Pm.COUNTER)) {
      problems.addAtKey(
          key.at(),
          "layout tall in mode merge needs the counter in its key",
          "Add counter to key.");
    }
    Optional<String> time = target.get("time").text();
    if (partitioned() && key.present() && time.isPresent() && !keyHas(time.get())) {
      problems.addAtKey(
          key.at(),
          "key lacks the time column " + time.get(),
          "Add it: in PostgreSQL a unique key must contain the partitioning column.");
    }
  }

  /** Counters are numbers, now and then exact ones or vectors, and never dates. */
  private void types() {
    Tree types = target.get("types");
    if (tall && !types.entries().isEmpty()) {
      problems.addAtKey(
          types.at(),
          "layout tall has one column for the values of all counters",
          "Remove types, or use layout: wide.");
    }
    types
        .entries()
        .forEach(
            (glob, type) -> {
              if (pm && type.text().flatMap(SqlType::parse).filter(t -> !t.counts()).isPresent()) {
                problems.addAtValue(
                    type.at(),
                    "a counter cannot be " + type.text().orElse(""),
                    "Use double precision, bigint, integer, numeric or text.");
              }
            });
  }

  private boolean keyHas(String column) {
    return target.get("key").texts().contains(column);
  }

  private boolean partitioned() {
    return target.get("partition", "by").text().filter(by -> !by.equals("none")).isPresent();
  }

  private void partition() {
    if (partitioned() && !pm && !target.get("time").present()) {
      problems.addAtKey(
          target.get("time").at(),
          "the target is partitioned but has no time column",
          "Name the time column in time, or set partition: {by: none}.");
    }
    if (!partitioned() && keep().isPresent()) {
      problems.addAtKey(
          target.get("partition", "keep").at(),
          "rows cannot be dropped by age without partitions",
          "Partition by hour, day, week or month, or remove keep.");
    }
  }

  private Optional<TemporalAmount> keep() {
    return target.get("partition", "keep").text().flatMap(Retention::parse);
  }

  private void window() {
    Optional<Duration> span =
        target.get("partition", "by").text().map(PARTITION_SPAN::get).filter(s -> s != null);
    Optional<Duration> shortest = keep().map(Retention::shortest);
    Optional<Duration> longest = keep().map(Retention::longest);
    NavigableMap<Duration, String> longer = new TreeMap<>();
    span.filter(exceeds(longest)).ifPresent(length -> longer.put(length, "one partition"));
    target
        .get("partition", "ahead")
        .duration()
        .filter(exceeds(shortest))
        .ifPresent(length -> longer.put(length, "ahead"));
    feed.get("source", "since")
        .duration()
        .filter(exceeds(shortest))
        .ifPresent(length -> longer.put(length, "source.since"));
    if (!longer.isEmpty()) {
      String length = Durations.format(longer.lastKey());
      problems.addAtValue(
          target.get("partition", "keep").at(),
          "keep is shorter than " + longer.lastEntry().getValue() + ", which is " + length,
          "Keep rows for " + length + " or longer.");
    }
  }

  private static Predicate<Duration> exceeds(Optional<Duration> kept) {
    return length -> kept.filter(k -> k.compareTo(length) < 0).isPresent();
  }
}
