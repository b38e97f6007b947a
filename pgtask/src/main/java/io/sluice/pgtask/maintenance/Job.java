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
   * @param words what was done and won, for people; empty if it was not
   */
  record Made(boolean done, boolean diskFull, String words) {
    static Made not(boolean diskFull) {
      return new Made(false, diskFull, "");
    }
  }

  Made make(TaskRun run, WorkItem item) throws SQLException;
}
