package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.run.RunEnded;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.Sizes;
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
final class Agenda {

  private final TaskRun run;
  private final Space space;
  private final Pace pace;
  private final Set<Long> rewritten = new HashSet<>();
  private final Set<Long> vacuumed = new HashSet<>();
  private final List<String> left = new ArrayList<>();

  Agenda(TaskRun run, Space space, Pace pace) {
    this.run = run;
    this.space = space;
    this.pace = pace;
  }

  /** By benefit. Rewriting a table also vacuums it and rebuilds its indexes, so it goes before. */
  void byBenefit(List<Item> items) throws SQLException {
    Map<Long, Double> rewrites = new HashMap<>();
    items.stream()
        .filter(item -> item.kind() == Pace.Kind.REORDER)
        .forEach(item -> rewrites.put(item.table().oid(), item.benefit()));
    Comparator<Item> order =
        Comparator.comparingDouble(
                (Item i) ->
                    Math.min(i.benefit(), rewrites.getOrDefault(i.table().oid(), Double.MAX_VALUE)))
            .reversed()
            .thenComparing(i -> i.kind() != Pace.Kind.REORDER)
            .thenComparingLong(Item::work)
            .thenComparing(i -> i.table().name())
            .thenComparing(Item::what);
    inOrder(items.stream().sorted(order).toList());
  }

  void inOrder(List<Item> items) throws SQLException {
    for (Item item : items) {
      if (!rewritten.contains(item.table().oid()) && fits(item) && hasRoom(item)) {
        make(item);
      }
    }
  }

  private boolean fits(Item item) {
    Optional<Instant> end = run.deadline();
    if (end.isEmpty() || item.kind() == Pace.Kind.FREEZE) { // what is frozen stays so
      return true;
    }
    Duration needs = pace.estimate(item.kind(), item.work());
    if (!run.clock().instant().plus(needs).isAfter(end.get())) {
      return true;
    }
    if (run.now().plus(needs).isAfter(end.get())) {
      run.problem(
          "%s takes an estimated %s, longer than the window (%s): give the task a longer one"
              .formatted(
                  item.what(),
                  Words.time(needs),
                  Words.time(Duration.between(run.now(), end.get()))));
    } else {
      left.add("%s (an estimated %s)".formatted(item.what(), Words.time(needs)));
    }
    return false;
  }

  private boolean hasRoom(Item item) throws SQLException {
    Optional<String> against = space.against(item.space(), run);
    against.ifPresent(
        why ->
            run.problem(
                "%s needs %s on the server's disk, and %s"
                    .formatted(item.what(), Sizes.words(item.space()), why)));
    return against.isEmpty();
  }

  private void make(Item item) throws SQLException {
    long begun = System.nanoTime();
    Job.Made made = item.job().make(run, item);
    if (made.diskFull()) {
      space.full(item.space());
    }
    if (!made.done()) {
      return;
    }
    pace.did(item.kind(), item.work(), Duration.ofNanos(System.nanoTime() - begun));
    switch (item.kind()) {
      case REORDER -> rewritten.add(item.table().oid());
      case FREEZE, VACUUM -> vacuumed.add(item.table().oid());
      default -> {}
    }
    if (!run.dry() && item.kind() != Pace.Kind.ANALYZE) {
      run.note(made.words());
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
          RunEnded.Why.WINDOW_CLOSED,
          "too late in the window for: " + String.join(", ", left) + "; the next run goes on");
    }
  }
}
