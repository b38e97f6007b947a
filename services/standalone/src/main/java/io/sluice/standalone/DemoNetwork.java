package io.sluice.standalone;

import io.sluice.simulator.Expected;
import io.sluice.simulator.LiveRun;
import io.sluice.simulator.Mishaps;
import io.sluice.simulator.Network;
import io.sluice.simulator.Output;
import io.sluice.simulator.Simulator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The simulated network: its last hour, then each period as it ends. */
final class DemoNetwork {
  private static final int PERIODS = 4;
  private static final int CELLS = 3;
  private static final int COUNTERS = 40;
  private static final long SEED = 42;

  /** A little of what happens: files that come twice, and files that cannot be read. */
  private static final Mishaps MISHAPS = new Mishaps(0, 0.02, 0, 0.01, 0, 0);

  private final Network network;
  private final Simulator simulator;
  private final Instant lastEnd;
  private final List<String> paths = new CopyOnWriteArrayList<>();

  DemoNetwork(int gnbs, Path incoming, Clock clock) {
    network = Network.of(gnbs, CELLS, COUNTERS, List.of("NRCellDU", "NRCellCU"), SEED);
    simulator =
        new Simulator(
            network, MISHAPS, Output.to(incoming), clock, f -> paths.add(f.path().toString()));
    lastEnd = network.lastEnd(clock.instant());
  }

  /** Writes the last hour; returns what must be in the warehouse then. */
  Expected writeLastHour() throws IOException, InterruptedException {
    simulator.run(lastEnd, PERIODS);
    return simulator.expected();
  }

  /** Goes on until interrupted. */
  void goOn(Clock clock) throws IOException, InterruptedException {
    new LiveRun(simulator, network, clock, 1).after(lastEnd, end -> {});
  }

  /** Before the first period. */
  Instant begin() {
    return lastEnd.minus(network.period().multipliedBy(PERIODS));
  }

  Instant lastEnd() {
    return lastEnd;
  }

  /** Files written so far, each once. */
  List<String> paths() {
    return paths.stream().distinct().toList();
  }
}
