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
import java.util.concurrent.Callable;

/** Writes the network's files while the services work, and corrections when told to. */
final class Feeder implements Callable<Void> {
  private static final int PERIODS = 20;
  private static final Mishaps MISHAPS = new Mishaps(0.01, 0.02, 0, 0.01, 0.001, 0.002);

  private final Network network;
  private final Simulator simulator;
  private final Instant lastEnd;
  private final Map<Path, WrittenFile> files = new HashMap<>();
  private final Duration pace;
  private Instant writtenUntil = Instant.MIN;

  /**
   * A feeder of about {@code files} files.
   *
   * @param pace how long it rests between two periods
   */
  Feeder(Path directory, int files, long seed, Duration pace, Clock clock) {
    this.pace = pace;
    int gnbs = Math.max(1, files / PERIODS);
    network = Network.of(gnbs, 3, 40, List.of("NRCellDU", "NRCellCU"), seed);
    lastEnd = network.lastEnd(clock.instant());
    Output output = new Output(directory, true, false, false, pace);
    simulator =
        new Simulator(network, MISHAPS, output, clock, file -> this.files.put(file.path(), file));
  }

  @Override
  public Void call() throws IOException, InterruptedException {
    for (int back = PERIODS - 1; back >= 0; back--) {
      write(lastEnd.minus(network.period().multipliedBy(back)));
      Thread.sleep(pace.toMillis());
    }
    finish();
    return null;
  }

  private synchronized void write(Instant end) throws IOException, InterruptedException {
    simulator.period(end);
    writtenUntil = end;
  }

  private synchronized void finish() throws IOException {
    simulator.finish();
  }

  /** Corrects {@code count} files of the periods so far, spread over them, oldest first. */
  synchronized int correct(int count) throws IOException {
    List<WrittenFile> plain =
        files.values().stream()
            .filter(file -> file.version() == 1 && simulator.isPlain(file.gnb(), file.end()))
            .filter(file -> !file.end().isAfter(writtenUntil))
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
  synchronized List<WrittenFile> files() {
    return List.copyOf(files.values());
  }

  synchronized Expected expected() {
    return simulator.expected();
  }
}
