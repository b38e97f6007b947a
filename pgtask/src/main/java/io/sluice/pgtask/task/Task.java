package io.sluice.pgtask.task;

import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One declared task; every default is filled in.
 *
 * @param name unique; {@code feed/<name>} for the rotation derived from a feed
 * @param description a sentence for people, may be empty
 * @param database name of a {@link DatabaseSpec}, or {@link DatabaseSpec#WAREHOUSE}
 * @param zone of schedule, windows and the partitions' days
 * @param schedule when it runs by itself; empty for a task that only a person runs
 * @param windows when it may work; empty means always
 */
public record Task(
    String name,
    String description,
    String database,
    ZoneId zone,
    Optional<TaskSchedule> schedule,
    List<Window> windows,
    Limits limits,
    TaskSpec spec) {

  public Task {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(spec, "spec");
    windows = List.copyOf(windows);
  }

  /** The same about something else. */
  public Task with(TaskSpec other) {
    return new Task(name, description, database, zone, schedule, windows, limits, other);
  }
}
