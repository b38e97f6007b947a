package io.sluice.pgtask.run;

import io.sluice.pgtask.catalog.TableLock;
import java.util.List;

/** Is shown the steps of a dry run. */
@FunctionalInterface
public interface StepListener {

  /**
   * Is shown one.
   *
   * @param locks it will take on tables that are there now, the strongest on each
   */
  void step(Step step, List<TableLock> locks);
}
