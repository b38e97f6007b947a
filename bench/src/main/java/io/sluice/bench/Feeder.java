package io.sluice.bench;

import io.sluice.simulator.Expected;
import io.sluice.simulator.Mishaps;
import io.sluice.simulator.Network;
import io.sluice.simulator.Output;
import io.sluice.simulator.Simulator;
import io.sluice.simulator.WrittenFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes the network's files, and corrections of them, when told to. */
final class Feeder {
  private static final int PERIODS = 20;
  private static final Mishaps MISHAPS = new Mishaps(0.01, 0.02, 0, 0.01, 0.001, 0.002);

  private static final Duration GROW_FOR = Duration.ofSeconds(1);

  private final Network network;
  private final Simulator simulator;
  private final Instant lastEnd;
  private final Map<Path, WrittenFile> files = new HashMap<>();
  private int written;

  /** A feeder of about {@code files} files. */
  Feeder(Path directory, int files, long seed, Clock clock) {
    int gnbs = Math.max(1, files / PERIODS);
    network = Network.of(gnbs, 3, 40, List.of("NRCellDU", "NRCellCU"), seed);
    lastEnd = network.lastEnd(clock.instant());
    Output output = new Output(directory, true, false, false, GROW_FOR);
    simulator =
        new Simulator(network, MISHAPS, output, clock, file -> this.files.put(file.path(), file));
  }

  /** Writes more periods, until this share of all is written. */
  void writeUpTo(double share) throws IOException, InterruptedException {
    for (; written < Math.round(share * PERIODS); written++) {
      simulator.period(end(written));
    }
  }

  /** Writes what is left, late files included. */
  void finish() throws IOException, InterruptedException {
    writeUpTo(1);
    simulator.finish();
  }

  private Instant end(int period) {
    return lastEnd.minus(network.period().multipliedBy(PERIODS - 1 - period));
  }

  /** Corrects {@code count} files of the periods so far, spread over them, oldest first. */
  int correct(int count) throws IOException {
    List<WrittenFile> plain =
        files.values().stream()
            .filter(file -> file.version() == 1 && simulator.isPlain(file.gnb(), file.end()))
            .sorted(Comparator.comparing(WrittenFile::end).thenComparing(WrittenFile::gnb))
            .toList();
    int corrected = Math.min(count, plain.size());
    for (int i = 0; i < corrected; i++) {
      WrittenFile file = plain.get((int) ((long) i * plain.size() / corrected));
      simulator.correct(file.gnb(), file.end());
    }
    return corrected;
  }

  /** The files as they lie in the directory now. */
  List<WrittenFile> files() {
    return List.copyOf(files.values());
  }

  Expected expected() {
    return simulator.expected();
  }
}
