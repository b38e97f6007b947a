package io.sluice.bench;

import io.sluice.simulator.Expected;
import io.sluice.simulator.Mishaps;
import io.sluice.simulator.Network;
import io.sluice.simulator.Output;
import io.sluice.simulator.Simulator;
import io.sluice.simulator.WrittenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Waves of a network's files: written aside, then moved to where the feed looks, so that the
 * simulator's work is not measured. Each wave goes on where the last one ended.
 */
final class Waves {
  /** Before now all periods lie; with a quarter of an hour each, still within a day. */
  private static final int PERIODS = 92;

  private final Network network;
  private final Clock clock;
  private final Path aside;
  private final Simulator simulator;
  private final List<WrittenFile> files = new ArrayList<>();
  private Instant begin;
  private Instant end;

  /**
   * A network that has written nothing yet.
   *
   * @param aside a directory on the file system of the feed's
   */
  Waves(Network network, Path aside, boolean gzip, Clock clock) {
    this.network = network;
    this.clock = clock;
    this.aside = aside;
    Output output = new Output(aside, gzip, false, false, Duration.ZERO);
    simulator = new Simulator(network, Mishaps.NONE, output, clock, files::add);
    end = network.lastEnd(clock.instant()).minus(network.period().multipliedBy(PERIODS));
  }

  /** Writes the next periods. */
  void write(int periods) throws IOException, InterruptedException {
    begin();
    for (int i = 0; i < periods; i++) {
      end = end.plus(network.period());
      simulator.period(end);
    }
  }

  /** Writes files of this size, one a period. */
  void writeLarge(int count, long bytes) throws IOException {
    begin();
    for (int i = 0; i < count; i++) {
      end = end.plus(network.period());
      simulator.oneFile(end, bytes);
    }
  }

  private void begin() throws IOException {
    Files.createDirectories(aside);
    files.clear();
    begin = end;
  }

  /** Of this wave. */
  int files() {
    return files.size();
  }

  /** Of this wave's files as they lie there. */
  long bytes() {
    return files.stream().mapToLong(WrittenFile::size).sum();
  }

  /** The SQL condition for this wave's rows. */
  String rows() {
    return "end_time > '%s' and end_time <= '%s'".formatted(begin, end);
  }

  /** Moves the wave into place at once. */
  void place(Path incoming, String name) throws IOException {
    Files.move(aside, incoming.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Moves one file after the other, evenly, each modified at that moment. */
  void place(Path incoming, String name, double filesPerSecond)
      throws IOException, InterruptedException {
    Path directory = Files.createDirectories(incoming.resolve(name));
    long started = System.nanoTime();
    for (int i = 0; i < files.size(); i++) {
      long due = started + (long) (i / filesPerSecond * 1e9);
      Thread.sleep(Math.max(0, Duration.ofNanos(due - System.nanoTime()).toMillis()));
      Path file = files.get(i).path();
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
      Files.move(file, directory.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** What must be in the warehouse once all waves are loaded. */
  Expected expected() {
    return simulator.expected();
  }
}
