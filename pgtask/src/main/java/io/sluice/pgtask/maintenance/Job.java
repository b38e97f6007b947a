package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.run.TaskRun;
import java.sql.SQLException;

/** How an item is done. */
@FunctionalInterface
interface Job {

  /**
   * What came of it.
   *
   * @param diskFull it failed because the server's disk became full
   * @param description what was done and won, for people; empty if it was not
   */
  record Outcome(boolean done, boolean diskFull, String description) {
    static Outcome not(boolean diskFull) {
      return new Outcome(false, diskFull, "");
    }
  }

  Outcome make(TaskRun run, WorkItem item) throws SQLException;
}
