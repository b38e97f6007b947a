package io.sluice.pgtask.run;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a run went.
 *
 * @param busy whether a step lost against locks that others held
 * @param steps how many were done
 * @param values what the steps found out, added up by name
 * @param notes what is worth knowing
 * @param problems what was not done and why, with the remedy
 */
public record RunResult(
    long id,
    State state,
    boolean busy,
    Duration took,
    int steps,
    Map<String, Long> values,
    List<String> notes,
    List<String> problems) {

  public RunResult {
    values = Map.copyOf(values);
    notes = List.copyOf(notes);
    problems = List.copyOf(problems);
  }

  /** As in sluice.task_run. */
  public enum State {
    RUNNING,
    /** All was done that was due. */
    DONE,
    /** Some was; the rest is said in the problems, and tried again by the next run. */
    PARTIAL,
    /** Nothing was. */
    FAILED,
    CANCELLED,
    /** The window closed before all was done. */
    STOPPED,
    /** Its process was killed. */
    LOST;

    /** As in the ledger and in metrics. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
