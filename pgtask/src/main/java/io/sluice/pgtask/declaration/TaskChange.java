package io.sluice.pgtask.declaration;

import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A change of the tasks in effect; derived ones count like declared ones.
 *
 * @param added names of tasks that are new
 * @param changed names of tasks that say something else now, or whose database does
 * @param removed names of tasks that are gone
 */
public record TaskChange(
    TaskSet before, TaskSet after, Set<String> added, Set<String> changed, Set<String> removed) {

  static TaskChange between(TaskSet before, TaskSet after) {
    return new TaskChange(
        before,
        after,
        without(after, before),
        after.tasks().values().stream()
            .filter(task -> before.task(task.name()).isPresent())
            .filter(task -> !same(task, before, after))
            .map(Task::name)
            .collect(Collectors.toUnmodifiableSet()),
        without(before, after));
  }

  private static boolean same(Task task, TaskSet before, TaskSet after) {
    Object database = after.databases().get(task.database());
    Object old = before.databases().get(task.database());
    return task.equals(before.tasks().get(task.name())) && java.util.Objects.equals(database, old);
  }

  private static Set<String> without(TaskSet some, TaskSet others) {
    Set<String> names = new TreeSet<>(some.tasks().keySet());
    names.removeAll(others.tasks().keySet());
    return Set.copyOf(names);
  }

  boolean none() {
    return before.equals(after);
  }
}
