package io.sluice.pgtask.declaration;

import io.sluice.core.yaml.Durations;
import io.sluice.core.yaml.Problems;
import io.sluice.core.yaml.Retention;
import io.sluice.core.yaml.Tree;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.IntervalText;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the schema cannot say about a rotation. */
final class PartitionChecks {

  /** What the feed says, or the loader does by itself. */
  private static final List<String> OF_FEED =
      List.of("by", "ahead", "keep", "epoch", "timeFormat", "name");

  private final ExplicitValues said;
  private final Tree partition;
  private final Problems problems;
  private final Optional<Interval> by;

  private PartitionChecks(ExplicitValues said, Tree partition, Problems problems) {
    this.said = said;
    this.partition = partition;
    this.problems = problems;
    this.by = Values.interval(said.right().get("by"));
  }

  static void run(ExplicitValues said, Tree partition, Problems problems) {
    PartitionChecks checks = new PartitionChecks(said, partition, problems);
    checks.expired();
    checks.privileges();
    checks.sub();
    if (said.has("feed")) {
      checks.feedSaysIt();
      return;
    }
    TaskChecks.oneEncoding(said, problems);
    checks.timesOrIds();
    checks.keepHoldsOne();
    checks.aheadReached();
    checks.by.ifPresent(width -> TaskChecks.name(said.right().get("name"), width, problems));
  }

  private void feedSaysIt() {
    for (String key : OF_FEED) {
      if (said.has(key)) {
        problems.addAtKey(
            partition.get(key).at(),
            key + " is set by the feed",
            "Remove it here, and write it in the feed's target.partition.");
      }
    }
  }

  private void expired() {
    String expired = said.wrong("expired") ? "" : partition.get("expired").text().orElse("");
    if (expired.equals("archive") && !said.has("archive")) {
      problems.addAtValue(
          partition.get("expired").at(),
          "expired: archive names no schema",
          "Add archive, for example archive: cold.");
    }
    if (said.has("archive") && !expired.equals("archive") && !expired.isEmpty()) {
      problems.addAtKey(
          partition.get("archive").at(),
          "archive has no effect while expired is " + expired,
          "Write expired: archive, or remove archive.");
    }
    if (expired.equals("drop") && said.has("indexes")) {
      problems.addAtKey(
          partition.get("indexes").at(),
          "a dropped partition has no indexes",
          "Write expired: keep or archive, or remove indexes.");
    }
    if (said.has("export") && !expired.equals("drop") && !expired.isEmpty()) {
      problems.addAtKey(
          partition.get("export").at(),
          "only partitions that are dropped are exported",
          "Write expired: drop, or remove export.");
    }
  }

  private void privileges() {
    boolean without =
        said.right().get("template", "privileges").text().filter("false"::equals).isPresent();
    if (without
        && said.right().get("reapplyPrivileges").text().filter("true"::equals).isPresent()) {
      problems.addAtKey(
          partition.get("reapplyPrivileges").at(),
          "existing partitions would get the grants that template.privileges: false keeps from new ones",
          "Remove template.privileges, or reapplyPrivileges.");
    }
  }

  /** Each key that counts something counts what {@code by} does, or the first of them. */
  private void timesOrIds() {
    String first = null;
    boolean ids = false;
    for (String key : List.of("by", "epoch", "timeFormat", "keep", "ahead")) {
      Optional<Boolean> counts = countsIds(key);
      if (counts.isEmpty()) {
        continue;
      }
      if (first == null) {
        first = key;
        ids = counts.get();
      } else if (counts.get() != ids) {
        mixed(key, first, ids);
      }
    }
  }

  private Optional<Boolean> countsIds(String key) {
    Tree value = said.right().get(key);
    if (!value.present() || value.text().filter("forever"::equals).isPresent()) {
      return Optional.empty();
    }
    return switch (key) {
      case "by" -> by.map(width -> width instanceof Interval.Ids);
      case "epoch", "timeFormat" -> Optional.of(false);
      case "ahead" -> Values.whole(value) ? Optional.empty() : Optional.of(false);
      default -> Optional.of(Values.whole(value));
    };
  }

  private void mixed(String key, String first, boolean ids) {
    if (key.equals("epoch") || key.equals("timeFormat")) {
      TaskChecks.epochOfIds(partition.get(key), key, problems);
      return;
    }
    String remedy =
        key.equals("ahead")
            ? "Write a number of partitions, such as ahead: 4."
            : ids
                ? "Write a number of ids, such as keep: 100000000."
                : "Write a time, such as 90d or 13 months.";
    problems.addAtValue(
        partition.get(key).at(),
        "%s counts %s, but %s counts %s"
            .formatted(key, ids ? "time" : "ids", first, ids ? "ids" : "time"),
        remedy);
  }

  private void keepHoldsOne() {
    Tree keep = said.right().get("keep");
    Optional<Duration> time = keep.text().flatMap(Retention::parse).map(Retention::longest);
    Duration span = by.map(IntervalText::shortest).orElse(Duration.ZERO);
    boolean tooShort = time.filter(t -> t.compareTo(span) < 0).isPresent();
    boolean tooFew =
        by.isPresent()
            && by.get() instanceof Interval.Ids ids
            && Values.whole(keep)
            && Long.parseLong(keep.text().orElseThrow()) < ids.count();
    if (tooShort || tooFew) {
      problems.addAtValue(
          keep.at(),
          "keep is shorter than one partition by " + IntervalText.format(by.get()),
          "Keep at least as much as one partition holds; m is minutes, months are written 13 months.");
    }
  }

  private void aheadReached() {
    Tree ahead = said.right().get("ahead");
    Duration span = by.map(IntervalText::shortest).orElse(Duration.ZERO);
    Optional<Duration> time = ahead.text().flatMap(Durations::parse);
    if (time.isEmpty() || span.isZero() || said.wrong("most")) {
      return;
    }
    long count = time.get().dividedBy(span);
    if (count > Values.number(partition.get("most"))) {
      problems.addAtValue(
          ahead.at(),
          "ahead of %s is %,d partitions by %s, more than most allows"
              .formatted(ahead.text().get(), count, IntervalText.format(by.get())),
          "Write a shorter ahead, or a greater most.");
    }
  }

  private void sub() {
    Tree range = said.right().get("sub").get("range", "by");
    Values.interval(range).ifPresent(width -> subRange(range, width));
    Map<String, String> suffixOf = new HashMap<>();
    said.right()
        .get("sub")
        .get("list", "values")
        .entries()
        .forEach((suffix, values) -> subList(suffix, values, suffixOf));
  }

  private void subRange(Tree range, Interval width) {
    Duration length = IntervalText.shortest(width);
    if (length.isZero()) {
      problems.addAtValue(
          range.at(),
          "partitions of partitions cannot hold ids",
          "Write a time shorter than that of by, for example hour.");
    } else if (by.map(IntervalText::shortest).filter(b -> length.compareTo(b) >= 0).isPresent()) {
      problems.addAtValue(
          range.at(),
          "sub.range.by is not shorter than by, which is " + IntervalText.format(by.get()),
          "Write a shorter time, for example hour below day.");
    }
  }

  private void subList(String suffix, Tree values, Map<String, String> suffixOf) {
    if (!suffix.matches("[A-Za-z0-9_]{1,20}")) {
      problems.addAtKey(
          values.at(),
          "'" + suffix + "' cannot end a partition's name",
          "Use 1 to 20 letters, digits and _.");
    }
    for (Tree value : values.items()) {
      String other = suffixOf.putIfAbsent(value.text().orElse(""), suffix);
      if (other != null) {
        problems.addAtValue(
            value.at(),
            value.text().orElse("") + " is in the list " + other + " already",
            "Write each value in one list.");
      }
    }
  }
}
