package io.sluice.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/**
 * Two waves of small files, the first of which finds a line that has just started; then the copy.
 */
final class LoadPart {
  private static final int PERIODS = 4;

  private final int statements;
  private final PrintStream out;

  /**
   * The part.
   *
   * @param statements how many of the longest are printed
   */
  LoadPart(int statements, PrintStream out) {
    this.statements = statements;
    this.out = out;
  }

  /** Elements whose wave has about so many files. */
  static int gnbs(int files) {
    return Math.max(1, files / PERIODS);
  }

  /** The first wave, from a line that has done nothing yet. */
  static Cost cold(Measuring measuring, Waves waves)
      throws IOException, SQLException, InterruptedException {
    waves.write(PERIODS);
    return measuring.wave("cold", waves);
  }

  /** The second one, in the same processes. */
  static Cost warm(Measuring measuring, Waves waves)
      throws IOException, SQLException, InterruptedException {
    waves.write(PERIODS);
    return measuring.wave("warm", waves);
  }

  /** Loads, prints, and says whether the warehouse holds what it must. */
  boolean run(Line line, Waves waves, Path directory)
      throws IOException, SQLException, InterruptedException {
    try (Measuring measuring = new Measuring(line)) {
      Cost cold = cold(measuring, waves);
      Cost warm = warm(measuring, waves);
      out.printf(
          Locale.ROOT,
          "A wave: %,d files, %.1f MB, %,d cells in %,d rows%n%n",
          warm.files(),
          waves.bytes() / 1e6,
          warm.cells(),
          warm.rows());
      if (statements > 0) {
        Statements.print(line.warehouse(), statements, warm.files(), out);
      }
      PlainCopy.Result copy =
          new PlainCopy(measuring.connection(), line.warehouse().psql(), directory, waves.rows())
              .run();
      CostTables tables = new CostTables(out);
      tables.times(List.of(cold, warm), copy);
      tables.perFile(List.of(cold, warm));
      return Right.check(measuring, waves, out);
    }
  }
}
