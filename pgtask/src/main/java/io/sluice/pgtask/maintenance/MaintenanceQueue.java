package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.run.RunEnded;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.HumanFormat;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Works items off as far as time and space reach. What would not end before the window does is not
 * begun, so that smaller things are done instead.
 */
final class MaintenanceQueue {

  private final TaskRun run;
  private final DiskSpace space;
  private final Throughput pace;
  private final Set<Long> rewritten = new HashSet<>();
  private final Set<Long> vacuumed = new HashSet<>();
  private final Set<Long> analyzed = new HashSet<>();
  private final List<String> left = new ArrayList<>();

  MaintenanceQueue(TaskRun run, DiskSpace space, Throughput pace) {
    this.run = run;
    this.space = space;
    this.pace = pace;
  }

  /** By benefit. Rewriting a table also vacuums it and rebuilds its indexes, so it goes before. */
  void byBenefit(List<WorkItem> items) throws SQLException {
    Map<Long, Double> rewrites = new HashMap<>();
    items.stream()
        .filter(item -> item.kind() == Throughput.Operation.REWRITE)
        .forEach(item -> rewrites.put(item.table().oid(), item.benefit()));
    Comparator<WorkItem> order =
        Comparator.comparingDouble(
                (WorkItem i) ->
                    Math.min(i.benefit(), rewrites.getOrDefault(i.table().oid(), Double.MAX_VALUE)))
            .reversed()
            .thenComparing(i -> i.kind() != Throughput.Operation.REWRITE)
            .thenComparingLong(WorkItem::work)
            .thenComparing(i -> i.table().name())
            .thenComparing(WorkItem::what);
    inOrder(items.stream().sorted(order).toList());
  }

  void inOrder(List<WorkItem> items) throws SQLException {
    for (WorkItem item : items) {
      if (!isDone(item) && fits(item) && hasRoom(item)) {
        make(item);
      }
    }
  }

  private boolean isDone(WorkItem item) {
    long table = item.table().oid();
    return rewritten.contains(table)
        || (item.kind() == Throughput.Operation.ANALYZE && analyzed.contains(table));
  }

  private boolean fits(WorkItem item) {
    Optional<Instant> end = run.deadline();
    if (end.isEmpty() || item.kind() == Throughput.Operation.FREEZE) { // what is frozen stays so
      return true;
    }
    Duration needs = pace.estimate(item.kind(), item.work());
    if (!run.clock().instant().plus(needs).isAfter(end.get())) {
      return true;
    }
    if (run.now().plus(needs).isAfter(end.get())) {
      run.problem(
          "%s takes an estimated %s, longer than the window (%s): give the task a longer window"
              .formatted(
                  item.what(),
                  HumanFormat.duration(needs),
                  HumanFormat.duration(Duration.between(run.now(), end.get()))));
    } else {
      left.add("%s (an estimated %s)".formatted(item.what(), HumanFormat.duration(needs)));
    }
    return false;
  }

  private boolean hasRoom(WorkItem item) throws SQLException {
    Optional<String> against = space.against(item.space(), run);
    against.ifPresent(
        why ->
            run.problem(
                "%s needs %s on the server's disk, and %s"
                    .formatted(item.what(), HumanFormat.bytes(item.space()), why)));
    return against.isEmpty();
  }

  private void make(WorkItem item) throws SQLException {
    long begun = System.nanoTime();
    Job.Outcome made = item.job().make(run, item);
    if (made.diskFull()) {
      space.full(item.space());
    }
    if (!made.done()) {
      return;
    }
    pace.record(item.kind(), item.work(), Duration.ofNanos(System.nanoTime() - begun));
    switch (item.kind()) {
      case REWRITE -> rewritten.add(item.table().oid());
      case FREEZE, VACUUM -> vacuumed.add(item.table().oid());
      case ANALYZE -> analyzed.add(item.table().oid());
      default -> {}
    }
    if (!run.dry() && item.kind() != Throughput.Operation.ANALYZE) {
      run.note(made.description());
    }
  }

  /** Tables that were vacuumed, by oid. */
  Set<Long> vacuumed() {
    return vacuumed;
  }

  /**
   * @throws RunEnded if something waits for the next window
   */
  void end() {
    if (!left.isEmpty()) {
      throw new RunEnded(
          RunEnded.Reason.WINDOW_CLOSED,
          "not enough time left in the window for: "
              + String.join(", ", left)
              + "; the next run continues");
    }
  }
}
