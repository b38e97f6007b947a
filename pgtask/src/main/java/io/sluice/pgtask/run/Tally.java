package io.sluice.pgtask.run;

import io.sluice.pgtask.run.RunResult.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Adds up what a run did, from whichever thread. */
final class Tally {

  private final Map<String, Long> values = new TreeMap<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private int done;
  private boolean busy;

  synchronized void done(StepResult result) {
    done++;
    found(result);
  }

  /** Also of a step that was broken off. */
  synchronized void found(StepResult result) {
    result.values().forEach((name, value) -> values.merge(name, value, Long::sum));
  }

  synchronized void note(String text) {
    notes.add(text);
  }

  synchronized void problem(String text) {
    problems.add(text);
  }

  /** A step lost against locks that others held. */
  synchronized void busy() {
    busy = true;
  }

  /** Of a run that came to its end by itself. */
  synchronized State state() {
    if (problems.isEmpty()) {
      return State.DONE;
    }
    return done == 0 ? State.FAILED : State.PARTIAL;
  }

  synchronized RunResult result(long id, State state, Duration took) {
    return new RunResult(id, state, busy, took, done, values, notes, problems);
  }
}
