package io.sluice.bench;

import io.sluice.embedded.Directories;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Whether a file costs the same however many are in the ledger: the median of some waves over each
 * size, whose own files leave ledger and source before the next, so that the size is all that
 * differs.
 */
final class LedgerPart {
  /** As much as a network of twice as many elements writes at once. */
  private static final int PERIODS = 2;

  /** Waves, until the second compiler has seen to what is hot. */
  private static final int WARM_UP = 10;

  private static final int WAVES = 5;
  private static final List<Integer> SIZES = List.of(10_000, 100_000, 1_000_000);

  private final int statements;
  private final PrintStream out;
  private final List<Measured> measured = new ArrayList<>();

  /**
   * What a file took over one size, in milliseconds.
   *
   * @param wall of each wave, sorted
   * @param processor the median
   */
  private record Measured(String size, List<Double> wall, double processor) {
    double medianWall() {
      return median(wall);
    }
  }

  /**
   * The part.
   *
   * @param statements how many of the longest of each size are printed
   */
  LedgerPart(int statements, PrintStream out) {
    this.statements = statements;
    this.out = out;
  }

  /** Loads the same number of files over ledgers of all sizes; at the end over the first again. */
  boolean run(Line line, Waves waves) throws IOException, SQLException, InterruptedException {
    LedgerFilling filling = new LedgerFilling(line.warehouse().database());
    try (Measuring measuring = new Measuring(line)) {
      for (int i = 1; i <= WARM_UP; i++) {
        wave(line, measuring, waves, "warm-up-" + i);
      }
      for (int size : SIZES) {
        filling.fillTo(size);
        measure(line, measuring, waves, filling, String.format(Locale.ROOT, "%,d", size));
      }
      filling.empty();
      filling.fillTo(SIZES.get(0));
      String again = String.format(Locale.ROOT, "%,d again", SIZES.get(0));
      measure(line, measuring, waves, filling, again);
      print();
      return Right.check(measuring, waves, out);
    }
  }

  private void measure(
      Line line, Measuring measuring, Waves waves, LedgerFilling filling, String size)
      throws IOException, SQLException, InterruptedException {
    List<Cost> costs = new ArrayList<>();
    for (int i = 1; i <= WAVES; i++) {
      filling.forgetOthers();
      costs.add(wave(line, measuring, waves, "ledger " + size + " " + i));
    }
    if (statements > 0) {
      out.printf("The last wave over %s:%n%n", size);
      Statements.print(line.warehouse(), statements, waves.files(), out);
    }
    measured.add(
        new Measured(
            size,
            sorted(costs, cost -> cost.seconds() * 1e3 / cost.files()),
            median(sorted(costs, cost -> cost.processor() * 1e3 / cost.files()))));
  }

  /** Brings a wave, waits until it has closed, and takes its files away. */
  private static Cost wave(Line line, Measuring measuring, Waves waves, String name)
      throws IOException, SQLException, InterruptedException {
    waves.write(PERIODS);
    String directory = name.replace(' ', '-');
    Cost cost = measuring.wave(name, waves, () -> waves.place(line.incoming(), directory));
    Directories.delete(line.incoming().resolve(directory));
    return cost;
  }

  /** The JVM gets faster all the while: halfway between the first and the last is fair to all. */
  private void print() {
    Measured first = measured.get(0);
    Measured last = measured.get(measured.size() - 1);
    double wall = (first.medianWall() + last.medianWall()) / 2;
    double processor = (first.processor() + last.processor()) / 2;
    Table table =
        new Table(
            "files in the ledger",
            "wall ms/file",
            "fastest",
            "slowest",
            "CPU ms/file",
            "wall / 10,000's",
            "CPU / 10,000's");
    for (Measured one : measured) {
      table.add(
          one.size(),
          Table.number(one.medianWall()),
          Table.number(one.wall().get(0)),
          Table.number(one.wall().get(WAVES - 1)),
          Table.number(one.processor()),
          Table.number(one.medianWall() / wall),
          Table.number(one.processor() / processor));
    }
    table.print(out);
    out.println("10,000's is the mean of the first and the last line.\n");
  }

  private static List<Double> sorted(List<Cost> costs, ToDoubleFunction<Cost> value) {
    return costs.stream().mapToDouble(value).sorted().boxed().toList();
  }

  private static double median(List<Double> sorted) {
    return sorted.get(sorted.size() / 2);
  }
}
