package io.sluice.pgtask.run;

/** Is shown the steps of a dry run. */
@FunctionalInterface
public interface StepView {
  void step(Step step);
}
