package io.sluice.pgtask.task;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All tasks and databases in effect, by name. */
public record TaskSet(Map<String, Task> tasks, Map<String, DatabaseSpec> databases) {

  public TaskSet {
    tasks = Map.copyOf(tasks);
    databases = Map.copyOf(databases);
  }

  public Optional<Task> task(String name) {
    return Optional.ofNullable(tasks.get(name));
  }

  /** In the order of their names. */
  public Iterable<Task> all() {
    return new TreeMap<>(tasks).values();
  }
}
