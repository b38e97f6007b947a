package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.TaskRun;

/** An item that is one step. */
record StepJob(Step step) implements Job {

  @Override
  public Made make(TaskRun run, Item item) {
    TendStep tend = new TendStep(item, step);
    return run.step(tend)
        ? new Made(true, false, step.words() + ": " + tend.wonWords())
        : Made.not(tend.diskFull());
  }
}
