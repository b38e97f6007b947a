package io.sluice.pgtask.declaration;

import io.sluice.core.yaml.Durations;
import io.sluice.core.yaml.Problems;
import io.sluice.core.yaml.Tree;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.ScheduleText;
import io.sluice.pgtask.task.TaskSchedule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;

/** What the schema cannot say about one task. */
final class TaskChecks {

  private static final Instant ANY = Instant.parse("2026-01-01T00:00:00Z");

  private final ExplicitValues said;
  private final Tree task;
  private final Problems problems;

  private TaskChecks(ExplicitValues said, Tree task, Problems problems) {
    this.said = said;
    this.task = task;
    this.problems = problems;
  }

  static void run(ExplicitValues said, Tree task, Problems problems) {
    TaskChecks checks = new TaskChecks(said, task, problems);
    checks.timeouts();
    checks.scheduleComes();
    if (said.get("partition").right().present()) {
      checks.feedIsInWarehouse();
      PartitionChecks.run(said.get("partition"), task.get("partition"), problems);
    }
    if (said.get("convert").right().present()) {
      checks.convert(said.get("convert"));
    }
  }

  private void timeouts() {
    Tree lock = task.get("limits", "lockTimeout");
    Optional<Duration> statement = task.get("limits", "statementTimeout").duration();
    ExplicitValues limits = said.get("limits");
    boolean wrong = limits.wrong("lockTimeout") || limits.wrong("statementTimeout");
    if (!wrong
        && statement.isPresent()
        && lock.duration().filter(l -> l.compareTo(statement.get()) >= 0).isPresent()) {
      problems.addAtValue(
          limits.has("lockTimeout")
              ? lock.at()
              : lock.at().head().appendProperty("statementTimeout"),
          "lockTimeout is not shorter than statementTimeout, which is "
              + Durations.format(statement.get()),
          "A statement must have time left after it got its lock; write lockTimeout: 2s.");
    }
  }

  private void scheduleComes() {
    Optional<TaskSchedule> schedule =
        task.get("schedule").text().flatMap(text -> ScheduleText.parse(text, ZoneOffset.UTC));
    if (schedule.filter(s -> ScheduleText.next(s, ANY).isEmpty()).isPresent()) {
      problems.addAtValue(
          task.get("schedule").at(),
          "the schedule never fires",
          "Write one that does, or schedule: never for a task that is only started by hand.");
    }
  }

  private void feedIsInWarehouse() {
    Optional<String> database = task.get("database").text();
    if (said.get("partition").has("feed")
        && database.filter(name -> !name.equals(DatabaseSpec.WAREHOUSE)).isPresent()) {
      problems.addAtValue(
          task.get("database").at(),
          "tables of feeds are in the warehouse, not in " + database.get(),
          "Remove database.");
    }
  }

  private void convert(ExplicitValues convert) {
    Optional<Interval> by = Values.interval(convert.right().get("by"));
    by.filter(b -> b instanceof Interval.Ids && convert.has("epoch"))
        .ifPresent(b -> epochOfIds(convert.written().get("epoch"), "epoch", problems));
    by.filter(b -> b instanceof Interval.Ids && convert.has("timeFormat"))
        .ifPresent(b -> epochOfIds(convert.written().get("timeFormat"), "timeFormat", problems));
    oneEncoding(convert, problems);
    by.ifPresent(width -> name(convert.right().get("name"), width, problems));
  }

  static void epochOfIds(Tree value, String key, Problems problems) {
    problems.addAtKey(
        value.at(),
        key + " is for columns that hold a time, but partitions hold ids",
        "Remove " + key + ", or write by: day.");
  }

  static void oneEncoding(ExplicitValues said, Problems problems) {
    if (said.has("epoch") && said.has("timeFormat")) {
      problems.addAtKey(
          said.written().get("timeFormat").at(),
          "epoch and timeFormat both say how the column holds a time",
          "Write epoch for a number, timeFormat for a uuid or text.");
    }
  }

  static void name(Tree name, Interval by, Problems problems) {
    name.text()
        .map(NameFormat::of)
        .flatMap(format -> format.unfit(by))
        .ifPresent(e -> problems.addAtValue(name.at(), e.getMessage(), e.remedy()));
  }
}
