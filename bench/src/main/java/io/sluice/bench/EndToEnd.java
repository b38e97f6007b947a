package io.sluice.bench;

import io.sluice.simulator.Expected;
import io.sluice.simulator.Mishaps;
import io.sluice.simulator.Network;
import io.sluice.simulator.Output;
import io.sluice.simulator.Simulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;

/** Standalone loads a directory of files; then the same rows are copied without it. */
final class EndToEnd {
  private static final int PERIODS = 4;
  private static final Duration LOOK = Duration.ofMillis(200);

  /** What came out. */
  record Result(Throughput throughput, PlainCopy.Result copy, Checks checks) {
    /** Time of Sluice over time of COPY: below 1 Sluice is faster. */
    double ratio() {
      return throughput.seconds() * 1e9 / copy.took().toNanos();
    }
  }

  private final Path root;
  private final Path directory;
  private final Clock clock;

  /**
   * A run.
   *
   * @param root where Sluice is built
   * @param directory empty, for all data
   */
  EndToEnd(Path root, Path directory, Clock clock) {
    this.root = root;
    this.directory = directory;
    this.clock = clock;
  }

  /** Loads about {@code files} files of the network's elements. */
  Result run(Network network) throws IOException, SQLException, InterruptedException {
    Path incoming = Files.createDirectories(directory.resolve("pm"));
    Simulator simulator =
        new Simulator(network, Mishaps.NONE, Output.to(incoming), clock, file -> {});
    simulator.run(network.lastEnd(clock.instant()), PERIODS);
    Path feeds = Files.createDirectories(directory.resolve("feeds"));
    Files.writeString(feeds.resolve("bench.yaml"), FeedText.of("bench", "Bench", incoming));
    try (StandaloneProcess standalone =
        StandaloneProcess.start(root, directory.resolve("data"), feeds)) {
      return measure(standalone, simulator.expected(), incoming);
    }
  }

  static int gnbs(int files) {
    return Math.max(1, files / PERIODS);
  }

  private Result measure(StandaloneProcess standalone, Expected expected, Path incoming)
      throws IOException, SQLException, InterruptedException {
    Ledger ledger = new Ledger(standalone.database());
    Progress progress = new Progress(ledger, clock);
    while (ledger.closed() < expected.fileCount() || ledger.inFlight() > 0) {
      progress.check();
      Thread.sleep(LOOK.toMillis());
    }
    Checks checks = new Checks();
    try (Connection connection = standalone.database().getConnection()) {
      Comparison.of(expected, WarehouseSums.read(connection), checks);
      PlainCopy.Result copy = new PlainCopy(connection, standalone.psql(), directory).run();
      return new Result(Throughput.of(incoming, ledger), copy, checks);
    }
  }
}
