package io.sluice.bench;

import java.io.IOException;
import java.sql.SQLException;

/** Something bad that is done to the running system. */
record Disturbance(String what, Action action) {

  /** Does it, and returns once it is done. */
  interface Action {
    void run() throws IOException, InterruptedException, SQLException;
  }
}
