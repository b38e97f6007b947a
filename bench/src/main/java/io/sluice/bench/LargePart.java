package io.sluice.bench;

import io.sluice.simulator.Expected;
import io.sluice.simulator.FileFormat;
import io.sluice.simulator.Mishaps;
import io.sluice.simulator.Network;
import io.sluice.simulator.Output;
import io.sluice.simulator.Simulator;
import io.sluice.simulator.ValueForm;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;

/** The handler's memory: one large file in each form, of which it must read every cell. */
final class LargePart {
  private final HandlerBench bench;
  private final Path directory;
  private final long bytes;
  private final PrintStream out;

  LargePart(HandlerBench bench, Path directory, long bytes, PrintStream out) {
    this.bench = bench;
    this.directory = directory;
    this.bytes = bytes;
    this.out = out;
  }

  /** Handles, prints, and says whether all cells were read. */
  boolean run(Network network, Clock clock) throws IOException, SQLException, InterruptedException {
    boolean right = true;
    for (ValueForm form : ValueForm.values()) {
      right &= oneFile(network.writing(FileFormat.MEAS_DATA, form), form, clock);
    }
    return right;
  }

  private boolean oneFile(Network network, ValueForm form, Clock clock)
      throws IOException, SQLException, InterruptedException {
    Path path = directory.resolve("large-" + form);
    Output output = new Output(path, false, false, false, Duration.ZERO);
    Simulator simulator = new Simulator(network, Mishaps.NONE, output, clock, file -> {});
    Path file = simulator.oneFile(network.lastEnd(clock.instant()), bytes).path();
    Expected expected = simulator.expected();
    HandlerBench.Result result = bench.run(path);
    Files.delete(file);
    boolean right = result.cells() == expected.cells();
    out.printf(
        Locale.ROOT,
        "%-5s %s form: %,d cells in %.1f s, %.0f MB/s of XML, %,.0f cells/s; %.1f s of processor time%n",
        right ? "ok" : "WRONG",
        form == ValueForm.LIST ? "list" : "r",
        result.cells(),
        result.took().toMillis() / 1e3,
        bytes / 1e3 / result.took().toMillis(),
        result.cells() * 1e3 / result.took().toMillis(),
        result.processor().toMillis() / 1e3);
    return right;
  }
}
