package io.sluice.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** Files of many megabytes of XML, not compressed. */
final class XmlPart {
  private static final long BYTES = 25_000_000;
  private static final int FIRST = 4;

  private final int files;
  private final PrintStream out;

  XmlPart(int files, PrintStream out) {
    this.files = files;
    this.out = out;
  }

  /** Loads, prints, and says whether the warehouse holds what it must. */
  boolean run(Line line, Waves waves, Path directory)
      throws IOException, SQLException, InterruptedException {
    try (Measuring measuring = new Measuring(line)) {
      waves.writeLarge(FIRST, BYTES);
      Cost cold = measuring.wave("cold", waves);
      waves.writeLarge(files, BYTES);
      Cost warm = measuring.wave("warm", waves);
      out.printf(
          Locale.ROOT,
          "Warm: %.1f MB of XML in %.1f s: %.1f MB/s, %,.0f cells/s; %.1f MB for a second of processor time%n%n",
          waves.bytes() / 1e6,
          warm.seconds(),
          waves.bytes() / 1e6 / warm.seconds(),
          warm.cells() / warm.seconds(),
          waves.bytes() / 1e6 / warm.processor());
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
