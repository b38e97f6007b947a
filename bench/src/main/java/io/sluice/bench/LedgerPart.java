package io.sluice.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** Whether a file costs the same however many are in the ledger. */
final class LedgerPart {
  private static final int PERIODS = 4;

  /** Waves, until the second compiler has seen to what is hot. */
  private static final int WARM_UP = 10;

  private static final List<Integer> SIZES = List.of(10_000, 100_000, 1_000_000);

  private final PrintStream out;
  private final Table table =
      new Table(
          "files in the ledger", "wall ms/file", "CPU ms/file", "wall / first", "CPU / first");
  private Cost first;

  LedgerPart(PrintStream out) {
    this.out = out;
  }

  /** Loads the same number of files over ledgers of all sizes; at the end over the first again. */
  boolean run(Line line, Waves waves) throws IOException, SQLException, InterruptedException {
    LedgerFilling filling = new LedgerFilling(line.warehouse().database());
    try (Measuring measuring = new Measuring(line)) {
      for (int i = 1; i <= WARM_UP; i++) {
        waves.write(PERIODS);
        measuring.wave("warm-up-" + i, waves);
      }
      for (int size : SIZES) {
        filling.fillTo(size);
        measure(measuring, waves, String.format(Locale.ROOT, "%,d", size));
      }
      filling.empty();
      filling.fillTo(SIZES.get(0));
      measure(measuring, waves, String.format(Locale.ROOT, "%,d again", SIZES.get(0)));
      table.print(out);
      out.println("The last line is a control: what differs there is not the ledger's size.\n");
      return Right.check(measuring, waves, out);
    }
  }

  private void measure(Measuring measuring, Waves waves, String size)
      throws IOException, SQLException, InterruptedException {
    waves.write(PERIODS);
    Cost cost = measuring.wave("ledger " + size, waves);
    first = first == null ? cost : first;
    table.add(
        size,
        Table.number(cost.seconds() * 1e3 / cost.files()),
        Table.number(cost.processor() * 1e3 / cost.files()),
        Table.number(first.filesPerSecond() / cost.filesPerSecond()),
        Table.number(cost.processor() * first.files() / first.processor() / cost.files()));
  }
}
