package io.sluice.bench.model;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Leaves out steps of a history that fails, as long as it still does. */
final class Shrinker {

  /** Runs a trial. */
  interface Runner {
    Trial.Result run(Trial trial) throws IOException, SQLException;
  }

  private final Runner runner;
  private int runsLeft;

  /**
   * @param mostRuns after which what has been found must do
   */
  Shrinker(Runner runner, int mostRuns) {
    this.runner = runner;
    this.runsLeft = mostRuns;
  }

  /** A history that fails and is as short as could be found. */
  Trial shrink(Trial failing) throws IOException, SQLException {
    Trial shortest = failing;
    for (int size = failing.ops().size() / 2; size > 0 && runsLeft > 0; size /= 2) {
      int from = 0;
      while (from < shortest.ops().size() && runsLeft > 0) {
        List<Op> fewer = new ArrayList<>(shortest.ops());
        fewer.subList(from, Math.min(fewer.size(), from + size)).clear();
        Trial candidate = shortest.with(fewer);
        if (fails(candidate)) {
          shortest = candidate;
        } else {
          from += size;
        }
      }
    }
    return shortest;
  }

  private boolean fails(Trial candidate) throws IOException, SQLException {
    runsLeft--;
    return !runner.run(candidate).holds();
  }
}
