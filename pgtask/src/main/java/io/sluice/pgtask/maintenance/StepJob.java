package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.TaskRun;

/** An item that is one step. */
record StepJob(Step step) implements Job {

  @Override
  public Outcome make(TaskRun run, WorkItem item) {
    MeasuredStep measured = new MeasuredStep(item, step);
    return run.step(measured)
        ? new Outcome(true, false, step.description() + ": " + measured.describeFreed())
        : Outcome.not(measured.diskFull());
  }
}
