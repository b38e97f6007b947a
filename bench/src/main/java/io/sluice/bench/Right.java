package io.sluice.bench;

import java.io.PrintStream;
import java.sql.SQLException;

/** Whether the warehouse holds exactly what the simulator wrote. */
final class Right {
  private Right() {}

  /** Prints nothing but a line if it does, else all that was compared. */
  static boolean check(Measuring measuring, Waves waves, PrintStream out) throws SQLException {
    Checks checks = new Checks();
    Comparison.of(waves.expected(), WarehouseSums.read(measuring.connection()), checks);
    checks.equal(
        "files whose cells do not add up",
        0L,
        measuring.number("select count(*) from sluice.reconciliation where not exact"));
    if (checks.hold()) {
      out.println("Rows, cells and the sum of each counter are as expected.");
    } else {
      checks.print(out);
    }
    out.println();
    return checks.hold();
  }
}
