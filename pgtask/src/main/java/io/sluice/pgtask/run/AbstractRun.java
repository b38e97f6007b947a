package io.sluice.pgtask.run;

import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.Task;
import java.time.Clock;
import java.time.Instant;

/** What live and dry runs have in common: the task, its time, and what they have to say. */
abstract class AbstractRun implements TaskRun {

  private final Task task;
  private final Clock clock;
  private final Instant now;
  private final Tally tally = new Tally();

  AbstractRun(Task task, Clock clock) {
    this.task = task;
    this.clock = clock;
    this.now = clock.instant();
  }

  final Tally tally() {
    return tally;
  }

  @Override
  public final Task task() {
    return task;
  }

  @Override
  public final Instant now() {
    return now;
  }

  @Override
  public final void note(String text) {
    tally.note(text);
  }

  @Override
  public final void problem(String text) {
    tally.problem(text);
  }

  @Override
  public final Limits limits() {
    return task.limits();
  }

  @Override
  public final Clock clock() {
    return clock;
  }
}
