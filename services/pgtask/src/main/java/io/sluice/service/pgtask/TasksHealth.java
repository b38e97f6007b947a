package io.sluice.service.pgtask;

import io.sluice.core.fate.FateException;
import io.sluice.core.yaml.Problem;
import io.sluice.pgtask.declaration.TaskDirectory;
import io.sluice.pgtask.run.RunHistory;
import io.sluice.pgtask.schedule.TaskScheduler;
import java.util.List;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Down while nothing looks for what is due. What is wrong with declarations or with the last run of
 * a task is said and leaves the service up: the other tasks run.
 */
final class TasksHealth implements HealthIndicator {
  private static final int MOST = 20;

  private final TaskScheduler scheduler;
  private final TaskDirectory tasks;
  private final RunHistory history;

  TasksHealth(TaskScheduler scheduler, TaskDirectory tasks, RunHistory history) {
    this.scheduler = scheduler;
    this.tasks = tasks;
    this.history = history;
  }

  @Override
  public Health health() {
    boolean running = scheduler.isRunning();
    Health.Builder health = running ? Health.up() : Health.down();
    health.withDetail("tasks", tasks.current().tasks().size());
    List<String> problems = tasks.problems().stream().map(Problem::toString).limit(MOST).toList();
    if (!problems.isEmpty()) {
      health.withDetail("declarations", problems);
    }
    return (running ? withRuns(health) : health).build();
  }

  private Health.Builder withRuns(Health.Builder health) {
    try {
      Map<String, String> failing = history.failing(tasks.current().tasks().keySet());
      return failing.isEmpty() ? health : health.withDetail("failing", failing);
    } catch (FateException e) {
      return health.down().withDetail("ledger", e.getMessage());
    }
  }
}
