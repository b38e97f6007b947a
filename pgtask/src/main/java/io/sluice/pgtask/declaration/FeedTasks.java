package io.sluice.pgtask.declaration;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedTarget.Partitioning;
import io.sluice.core.feed.FeedTarget.Partitioning.By;
import io.sluice.core.feed.Feeds;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.IntervalText;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.ScheduleText;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSchedule;
import io.sluice.pgtask.task.Window;
import java.time.Duration;
import java.time.temporal.TemporalAmount;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/** The rotation that follows from feeds. */
final class FeedTasks {

  private static final String PREFIX = "feed/";

  private FeedTasks() {}

  /**
   * The tasks of feeds that no declared task stands for.
   *
   * @param standIns feeds that a declared task rotates
   * @param held feeds whose rows may not expire now, because what is declared about them is not
   *     known
   */
  static Map<String, Task> derive(Feeds feeds, Set<String> standIns, Set<String> held) {
    Map<String, Task> derived = new TreeMap<>();
    for (Feed feed : feeds.all()) {
      if (feed.target().partition().by() != By.NONE && !standIns.contains(feed.name())) {
        Task task = derive(feed, held.contains(feed.name()));
        derived.put(task.name(), task);
      }
    }
    return derived;
  }

  /** Declared as a person would, so that the schema stays the only place of defaults. */
  private static Task derive(Feed feed, boolean held) {
    String yaml = "task: derived\npartition: {feed: " + feed.name() + "}\n";
    Declaration declared = TaskParser.parse("feed " + feed.name(), yaml).declared().orElseThrow();
    Task task = resolve(((Declaration.OfTask) declared).task(), feed);
    PartitionSpec spec = (PartitionSpec) task.spec();
    return new Task(
        PREFIX + feed.name(),
        held
            ? "Partitions of feed %s; nothing expires until the broken files of tasks are repaired"
                .formatted(feed.name())
            : "Partitions of feed " + feed.name(),
        task.database(),
        task.zone(),
        task.schedule(),
        task.windows(),
        task.limits(),
        held ? with(spec, spec.by(), spec.aheadTime(), Optional.empty()) : spec);
  }

  /** A task of {@code partition.feed} with by, ahead, keep and zone of the feed. */
  static Task resolve(Task task, Feed feed) {
    Partitioning partitioning = feed.target().partition();
    PartitionSpec spec = (PartitionSpec) task.spec();
    return new Task(
        task.name(),
        task.description(),
        task.database(),
        feed.zone(),
        task.schedule().map(schedule -> inZone(schedule, feed)),
        task.windows().stream().map(window -> inZone(window, task, feed)).toList(),
        task.limits(),
        with(
            spec,
            Optional.of(interval(partitioning.by())),
            Optional.of(partitioning.ahead()),
            partitioning.keep()));
  }

  private static TaskSchedule inZone(TaskSchedule schedule, Feed feed) {
    return ScheduleText.parse(ScheduleText.format(Optional.of(schedule)), feed.zone())
        .orElseThrow();
  }

  /** Windows without a zone of their own have the task's, which is now the feed's. */
  private static Window inZone(Window window, Task task, Feed feed) {
    return window.zone().equals(task.zone())
        ? new Window(window.days(), window.from(), window.to(), feed.zone())
        : window;
  }

  private static Interval interval(By by) {
    return IntervalText.parse(by.name().toLowerCase(Locale.ROOT));
  }

  private static PartitionSpec with(
      PartitionSpec spec,
      Optional<Interval> by,
      Optional<Duration> ahead,
      Optional<TemporalAmount> keep) {
    return new PartitionSpec(
        spec.tables(),
        spec.exclude(),
        spec.feed(),
        by,
        spec.encoding(),
        ahead,
        OptionalInt.empty(),
        keep,
        spec.keepIds(),
        spec.keepBytes(),
        spec.expired(),
        spec.export(),
        spec.defaultPartition(),
        spec.gaps(),
        spec.nameFormat(),
        spec.template(),
        spec.reapplyPrivileges(),
        spec.sub(),
        spec.analyzeEvery(),
        spec.most(),
        spec.mostShare(),
        spec.confirmed());
  }
}
