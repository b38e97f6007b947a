package io.sluice.standalone;

import io.sluice.simulator.Expected;
import io.sluice.standalone.DemoProgress.Cells;
import io.sluice.standalone.DemoProgress.Counts;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Says what was loaded, and whether nothing is missing. */
record DemoReport(PrintStream out) {

  /**
   * Prints it, and returns whether all adds up.
   *
   * @param before what earlier runs had loaded
   */
  boolean print(
      Counts before,
      Counts counts,
      Expected expected,
      List<String> differences,
      Map<String, Long> reasons,
      Duration took) {
    printCounts(before, counts, took.toMillis() / 1000.0);
    reasons.forEach((reason, files) -> out.printf("         %d x %s%n", files, reason));
    differences.forEach(difference -> out.println("MISSING  " + difference));
    boolean exact =
        counts.exact()
            && counts.stuck() == 0
            && counts.cells().pending() == 0
            && differences.isEmpty();
    out.printf(
        "reconciliation is %s: the warehouse holds %s of the %d rows the network wrote%n",
        exact ? "exact" : "NOT exact", differences.isEmpty() ? "each" : "not all", expected.rows());
    return exact;
  }

  private void printCounts(Counts before, Counts counts, double seconds) {
    long rows = counts.rows() - before.rows();
    Cells cells = counts.cells();
    out.printf(
        Locale.ROOT,
        """

        files    %d: %d loaded, %d rejected, %d duplicate, %d dead or parked
        cells    %d read = %d loaded + %d collapsed + %d replaced + %d rejected + %d dead + %d pending
        rows     %d in %.1f s: %.0f rows/s, %.0f cells/s
        """,
        counts.files(),
        counts.loaded(),
        counts.rejected(),
        counts.duplicate(),
        counts.stuck(),
        cells.read(),
        cells.loaded(),
        cells.collapsed(),
        cells.replaced(),
        cells.rejected(),
        cells.dead(),
        cells.pending(),
        rows,
        seconds,
        rows / seconds,
        (cells.loaded() - before.cells().loaded()) / seconds);
  }
}
