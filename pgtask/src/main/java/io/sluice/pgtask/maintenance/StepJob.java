package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.TaskRun;

/** An item that is one step. */
record StepJob(Step step) implements Job {

  @Override
  public Made make(TaskRun run, WorkItem item) {
    MeasuredStep tend = new MeasuredStep(item, step);
    return run.step(tend)
        ? new Made(true, false, step.words() + ": " + tend.wonWords())
        : Made.not(tend.diskFull());
  }
}
