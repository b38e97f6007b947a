package io.sluice.pgtask.run;

/** Is shown the steps of a dry run. */
@FunctionalInterface
public interface StepListener {
  void step(Step step);
}
