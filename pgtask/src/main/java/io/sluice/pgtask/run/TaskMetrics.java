package io.sluice.pgtask.run;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.sluice.core.metric.Metric;
import io.sluice.pgtask.task.Task;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts runs: started = done + partial + failed + cancelled + stopped, a killed process's apart.
 * Alert when the last success of a task is older than two of its schedules.
 */
public final class TaskMetrics {

  private final MeterRegistry registry;
  private final AtomicLong orphans;
  private final Map<String, AtomicLong> lastSuccess = new ConcurrentHashMap<>();

  public TaskMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.orphans = registry.gauge(Metric.TASK_ORPHANS.meter(), new AtomicLong());
  }

  void ended(Task task, RunResult result, Instant at) {
    registry
        .counter(Metric.TASK_RUNS.meter(), "task", task.name(), "outcome", result.state().label())
        .increment();
    registry.timer(Metric.TASK_SECONDS.meter(), "task", task.name()).record(result.took());
    registry.counter(Metric.TASK_STEPS.meter(), "task", task.name()).increment(result.steps());
    registry
        .counter(Metric.TASK_PROBLEMS.meter(), "task", task.name())
        .increment(result.problems().size());
    result
        .values()
        .forEach(
            (name, value) ->
                registry
                    .counter(Metric.TASK_RESULT.meter(), "task", task.name(), "what", name)
                    .increment(value));
    if (result.state() == RunResult.State.DONE) {
      succeeded(task.name(), at);
    }
  }

  /** Half-made rewrites that no task carries on. */
  public void orphans(int number) {
    orphans.set(number);
  }

  void lost(String task) {
    registry.counter(Metric.TASK_RUNS.meter(), "task", task, "outcome", "lost").increment();
  }

  /** Also of runs in other processes. */
  void succeeded(String task, Instant at) {
    lastSuccess
        .computeIfAbsent(
            task,
            name ->
                registry.gauge(
                    Metric.TASK_LAST_SUCCESS.meter(), Tags.of("task", name), new AtomicLong()))
        .set(at.getEpochSecond());
  }
}
