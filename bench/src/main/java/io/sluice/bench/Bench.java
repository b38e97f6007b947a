package io.sluice.bench;

import io.sluice.embedded.EmbeddedPostgres;
import io.sluice.simulator.Expected;
import io.sluice.simulator.FileFormat;
import io.sluice.simulator.Mishaps;
import io.sluice.simulator.Network;
import io.sluice.simulator.Output;
import io.sluice.simulator.Simulator;
import io.sluice.simulator.ValueForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code bench}: measures, and prints what it measured. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures how fast Sluice loads, against a plain COPY of the same rows.")
final class Bench implements Callable<Integer> {
  private static final List<String> GROUPS = List.of("NRCellDU", "NRCellCU");

  /** What is measured. */
  enum Part {
    LOAD,
    LARGE,
    ALL
  }

  @Option(names = "--part", description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Part part = Part.ALL;

  @Option(names = "--files", description = "About how many. Default: ${DEFAULT-VALUE}.")
  private int files = 4_000;

  @Option(names = "--cells", description = "Cells a gNB. Default: ${DEFAULT-VALUE}.")
  private int cells = 12;

  @Option(names = "--large", description = "Bytes of the large file. Default: ${DEFAULT-VALUE}.")
  private long large = 1_000_000_000;

  @Option(names = "--heap", description = "Of the handler for it. Default: ${DEFAULT-VALUE}.")
  private String heap = "256m";

  @Option(names = "--dir", required = true, description = "An empty directory for all data.")
  private Path directory = Path.of("target/bench");

  @Option(names = "--root", description = "Where Sluice is built. Default: here.")
  private Path root = Path.of("");

  private final Clock clock = Clock.systemUTC();

  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Runs the command; 0 if everything is right, 1 if something differs, 2 if it could not run. */
  static int execute(String... args) {
    return new CommandLine(new Bench())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, line, result) -> {
              line.getErr().println("bench: " + failure.getMessage());
              return 2;
            })
        .execute(args);
  }

  @Override
  public Integer call() throws IOException, SQLException, InterruptedException {
    directory = Files.createDirectories(directory.toAbsolutePath().normalize());
    boolean right = part == Part.LARGE || endToEnd();
    return (part == Part.LOAD || largeFiles()) && right ? 0 : 1;
  }

  private boolean largeFiles() throws IOException, SQLException, InterruptedException {
    boolean right = true;
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.startPersistent(directory.resolve("postgres"), 0)) {
      HandlerBench bench = new HandlerBench(postgres, directory, heap);
      for (ValueForm form : ValueForm.values()) {
        right &= largeFile(bench, form);
      }
    }
    return right;
  }

  private boolean endToEnd() throws IOException, SQLException, InterruptedException {
    Network network = Network.of(EndToEnd.gnbs(files), cells, 40, GROUPS, 42);
    EndToEnd.Result result =
        new EndToEnd(root.toAbsolutePath().normalize(), directory.resolve("end-to-end"), clock)
            .run(network);
    System.out.println("End to end, standalone: " + result.throughput().line());
    PlainCopy.Result copy = result.copy();
    System.out.printf(
        Locale.ROOT,
        "The same %,d rows by %s from %.1f MB of TSV into the same tables: %.2f s.%n"
            + "Sluice takes %.2f times as long.%n",
        copy.rows(),
        copy.by(),
        copy.bytes() / 1e6,
        copy.took().toMillis() / 1e3,
        result.ratio());
    if (!result.checks().hold()) {
      result.checks().print(System.out);
    }
    return result.checks().hold();
  }

  private boolean largeFile(HandlerBench bench, ValueForm form)
      throws IOException, SQLException, InterruptedException {
    Path path = directory.resolve("large-" + form);
    Network network = Network.of(1, cells, 40, GROUPS, 42).writing(FileFormat.MEAS_DATA, form);
    Output output = new Output(path, false, false, false, Duration.ZERO);
    Simulator simulator = new Simulator(network, Mishaps.NONE, output, clock, file -> {});
    Path file = simulator.oneFile(network.lastEnd(clock.instant()), large).path();
    Expected expected = simulator.expected();
    HandlerBench.Result result = bench.run(path);
    Files.delete(file);
    boolean right = result.cells() == expected.cells();
    System.out.printf(
        Locale.ROOT,
        "%-5s one file of %.0f MB, %s form, -Xmx%s: %,d cells in %.1f s, %.0f MB/s of XML,"
            + " %,.0f cells/s; %.1f s of processor time%n",
        right ? "ok" : "WRONG",
        large / 1e6,
        form == ValueForm.LIST ? "list" : "r",
        heap,
        result.cells(),
        result.took().toMillis() / 1e3,
        large / 1e3 / result.took().toMillis(),
        result.cells() * 1e3 / result.took().toMillis(),
        result.processor().toMillis() / 1e3);
    return right;
  }
}
