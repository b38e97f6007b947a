package io.sluice.service.pgtask;

import io.sluice.core.fate.FateException;
import io.sluice.core.yaml.Problem;
import io.sluice.pgtask.RewriteWatch;
import io.sluice.pgtask.declaration.TaskDirectory;
import io.sluice.pgtask.run.RunHistory;
import io.sluice.pgtask.schedule.TaskScheduler;
import java.util.List;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Down while nothing looks for what is due. What is wrong with declarations or with the last run of
 * a task, and what is half done or only known elsewhere, is said and leaves the service up: the
 * other tasks run.
 */
final class TasksHealth implements HealthIndicator {
  private static final int MOST = 20;

  private final TaskScheduler scheduler;
  private final TaskDirectory tasks;
  private final RunHistory history;
  private final RewriteWatch rewrites;

  TasksHealth(
      TaskScheduler scheduler, TaskDirectory tasks, RunHistory history, RewriteWatch rewrites) {
    this.rewrites = rewrites;
    this.scheduler = scheduler;
    this.tasks = tasks;
    this.history = history;
  }

  @Override
  public Health health() {
    boolean running = scheduler.isRunning();
    Health.Builder health = running ? Health.up() : Health.down();
    health.withDetail("tasks", tasks.current().tasks().size());
    detail(health, "declarations", tasks.problems().stream().map(Problem::toString).toList());
    detail(health, "elsewhere", scheduler.elsewhere());
    detail(health, "orphans", rewrites.orphans());
    return (running ? withRuns(health) : health).build();
  }

  private static void detail(Health.Builder health, String name, List<String> said) {
    if (!said.isEmpty()) {
      health.withDetail(name, said.stream().limit(MOST).toList());
    }
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
