package io.sluice.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** How long a file waits for its rows when files come evenly, half as many as could be loaded. */
final class LatencyPart {
  private static final int SECONDS = 40;

  private final PrintStream out;

  LatencyPart(PrintStream out) {
    this.out = out;
  }

  /** Measures the warm rate, then latencies at half of it; says whether the rows are right. */
  boolean run(Line line, Waves waves, int gnbs)
      throws IOException, SQLException, InterruptedException {
    try (Measuring measuring = new Measuring(line)) {
      LoadPart.cold(measuring, waves);
      double rate = LoadPart.warm(measuring, waves).filesPerSecond() / 2;
      waves.write((int) Math.ceil(rate * SECONDS / gnbs));
      Cost cost = measuring.wave("half", waves, () -> waves.place(line.incoming(), "half", rate));
      out.printf(
          Locale.ROOT,
          "%,d files, %.1f a second, half of the warm rate; %.1f ms of processor time a file%n%n",
          cost.files(),
          rate,
          cost.processor() * 1e3 / cost.files());
      Table table = new Table("seconds", "p50", "p99", "max");
      row(table, "file in place to rows committed", measuring.percentiles("closed_at - mtime"));
      row(table, "of it until the listing found it", measuring.percentiles("found_at - mtime"));
      row(table, "of it from there on", measuring.percentiles("closed_at - found_at"));
      table.print(out);
      return Right.check(measuring, waves, out);
    }
  }

  private static void row(Table table, String what, List<Double> seconds) {
    table.add(
        what,
        Table.number(seconds.get(0)),
        Table.number(seconds.get(1)),
        Table.number(seconds.get(2)));
  }
}
