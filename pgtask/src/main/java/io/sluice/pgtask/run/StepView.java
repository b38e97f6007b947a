package io.sluice.pgtask.run;

import java.util.List;

/** Is shown the steps of a dry run. */
@FunctionalInterface
public interface StepView {
  void step(String words, List<String> sql);
}
