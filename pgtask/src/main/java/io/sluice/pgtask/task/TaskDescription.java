package io.sluice.pgtask.task;

import io.sluice.core.yaml.Durations;
import io.sluice.pgtask.task.MaintenanceSpec.Reorder;
import io.sluice.pgtask.task.MaintenanceSpec.Rewrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Says in sentences what a task does, every default included. */
public final class TaskDescription {

  private TaskDescription() {}

  /** One sentence each, in the order in which one asks. */
  public static List<String> of(Task task) {
    List<String> sentences = new ArrayList<>();
    if (!task.description().isEmpty()) {
      sentences.add(task.description());
    }
    sentences.add(what(task) + ", in database " + task.database());
    sentences.add(when(task));
    if (task.spec() instanceof PartitionSpec spec) {
      sentences.addAll(PartitionDescription.of(spec, task.zone()));
    } else if (task.spec() instanceof ConvertSpec spec) {
      convert(spec, task, sentences);
    } else if (task.spec() instanceof UnpartitionSpec spec) {
      sentences.add("Copies %s per transaction".formatted(HumanFormat.bytes(spec.batchBytes())));
      sentences.add(
          spec.dropOld()
              ? "The partitioned table and its partitions are dropped at the end"
              : "The partitioned table stays as %s_before, and each partition as PARTITION_before"
                  .formatted(spec.table()));
    } else if (task.spec() instanceof MaintenanceSpec spec) {
      maintenance(spec, sentences);
    }
    sentences.add(limits(task.limits()));
    return sentences;
  }

  private static String what(Task task) {
    if (task.spec() instanceof PartitionSpec spec) {
      return "Rotates the partitions of "
          + spec.feed().map(feed -> "all tables of feed " + feed).orElse(list(spec.tables()))
          + except(spec.exclude());
    }
    if (task.spec() instanceof ConvertSpec spec) {
      return "Converts the plain table " + spec.table() + " to a partitioned one online";
    }
    if (task.spec() instanceof UnpartitionSpec spec) {
      return "Makes the partitioned table " + spec.table() + " a plain one online";
    }
    if (task.spec() instanceof MaintenanceSpec spec) {
      return "Maintains " + list(spec.tables()) + except(spec.exclude());
    }
    return "Does " + task.spec().kind();
  }

  private static String except(List<String> exclude) {
    return exclude.isEmpty() ? "" : " except " + list(exclude);
  }

  private static String when(Task task) {
    String windows =
        task.windows().isEmpty()
            ? "may run at any time"
            : "may run only in "
                + task.windows().stream().map(WindowText::format).collect(Collectors.joining("; "))
                + ", and stops when the window ends";
    String schedule =
        task.schedule().isEmpty()
            ? "Runs only when started by hand"
            : "Runs " + ScheduleText.format(task.schedule()) + zone(task);
    return schedule + "; " + windows;
  }

  private static String zone(Task task) {
    return task.schedule().orElseThrow() instanceof TaskSchedule.Every
        ? " after the end of its last run"
        : " in " + task.zone();
  }

  static String list(List<String> names) {
    return String.join(", ", names);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.4g", share * 100).replaceFirst("\\.?0+$", "") + " %";
  }

  private static void convert(ConvertSpec spec, Task task, List<String> sentences) {
    sentences.add(
        "A partition holds "
            + PartitionDescription.width(spec.by(), task.zone())
            + " of column "
            + spec.column()
            + spec.encoding()
                .map(encoding -> PartitionDescription.encoding(encoding, task.zone()))
                .orElse(""));
    sentences.add(
        spec.defaultPartition()
            ? "Rows that fit no partition (NULL, or an implausible time) go to a default partition"
            : "Rows that fit no partition (NULL, or an implausible time) stop it before it starts");
    sentences.add(
        "Copies %s of the table per transaction, and creates at most %,d partitions"
            .formatted(HumanFormat.bytes(spec.batchBytes()), spec.most()));
    sentences.add(
        spec.dropOld()
            ? "The old table is dropped at the end"
            : "The old table stays as " + spec.table() + "_before");
    sentences.add(
        spec.accept().isEmpty()
            ? "Does not start if it could break programs that write to the table"
            : "May break programs that write to the table by "
                + list(spec.accept().stream().map(Consequence::word).sorted().toList()));
    if (!spec.rotated()) {
      sentences.add("No task that runs by itself creates partitions of " + spec.table() + " later");
    }
  }

  private static void maintenance(MaintenanceSpec spec, List<String> sentences) {
    spec.vacuum()
        .ifPresent(
            v ->
                sentences.add(
                    "Vacuums a table at %s dead rows, or at %s of autovacuum_freeze_max_age"
                        .formatted(percent(v.dead()), percent(v.age()))));
    spec.analyze()
        .ifPresent(
            a -> sentences.add("Analyses a table at " + percent(a.changed()) + " changed rows"));
    spec.reindex()
        .ifPresent(
            r ->
                sentences.add(
                    "Rebuilds an index of %s or more at %s bloat, concurrently"
                        .formatted(HumanFormat.bytes(r.minBytes()), percent(r.bloat()))));
    spec.reorder().ifPresent(reorder -> sentences.add(reorder(reorder)));
    spec.rewrite().ifPresent(rewrite -> sentences.add(rewrite(rewrite)));
    spec.space()
        .ifPresent(
            space ->
                sentences.add(
                    "A rebuild or rewrite may take "
                        + HumanFormat.bytes(space)
                        + " of additional disk space"));
  }

  private static String reorder(Reorder reorder) {
    List<String> from = new ArrayList<>();
    reorder.bloat().ifPresent(bloat -> from.add("at " + percent(bloat) + " bloat"));
    reorder.correlation().ifPresent(c -> from.add("below a correlation of " + percent(c)));
    return "Rewrites a table of %s or more that was not written to for %s, ordered by %s, %s"
        .formatted(
            HumanFormat.bytes(reorder.minBytes()),
            Durations.format(reorder.after()),
            reorder.index().orElse("its clustered index or primary key"),
            String.join(" or ", from));
  }

  private static String rewrite(Rewrite rewrite) {
    List<String> when = new ArrayList<>();
    rewrite.bloat().ifPresent(bloat -> when.add("at " + percent(bloat) + " bloat"));
    rewrite
        .tablespace()
        .ifPresent(space -> when.add("if not all of it lies in tablespace " + space));
    return "Rewrites a table of %s or more while it is in use, %s, %s"
        .formatted(
            HumanFormat.bytes(rewrite.minBytes()),
            rewrite
                .orderBy()
                .map(order -> "ordered by " + order)
                .orElse("in batches without an order"),
            String.join(" or ", when));
  }

  private static String limits(Limits limits) {
    return ("At most %d connections; a statement waits %s for a lock and runs for at most %s;"
            + " a statement that does not get its lock is tried %d times, with pauses from %s on;"
            + " a change log has at most %s")
        .formatted(
            limits.connections(),
            Durations.format(limits.lockTimeout()),
            Durations.format(limits.statementTimeout()),
            limits.attempts(),
            Durations.format(limits.backoff()),
            HumanFormat.bytes(limits.log()));
  }
}
