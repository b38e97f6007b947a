package io.sluice.bench;

import io.sluice.simulator.Mishaps;
import io.sluice.simulator.Network;
import io.sluice.simulator.Output;
import io.sluice.simulator.Simulator;
import io.sluice.simulator.WrittenFile;
import io.sluice.testkit.PrivateSshd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Small files of a simulated network on an OpenSSH server with its default settings, and what a
 * feed must say to collect them: by SFTP, or from the directory itself.
 */
final class SftpFiles implements AutoCloseable {

  private static final int PERIODS = 20;

  private final Path directory;
  private final List<Path> files;
  private final PrivateSshd sshd;

  private SftpFiles(Path directory, List<Path> files, PrivateSshd sshd) {
    this.directory = directory;
    this.files = files;
    this.sshd = sshd;
  }

  /** Writes about {@code count} files of about 6 kB below {@code directory} and serves them. */
  static SftpFiles serve(Path directory, int count, Clock clock)
      throws IOException, InterruptedException {
    Path pm = Files.createDirectories(directory.resolve("pm"));
    int gnbs = Math.max(1, count / PERIODS);
    Network network = Network.of(gnbs, 12, 40, List.of("NRCellDU", "NRCellCU"), 42);
    List<Path> files = new ArrayList<>();
    Simulator simulator =
        new Simulator(network, Mishaps.NONE, Output.to(pm), clock, file -> add(files, file));
    simulator.run(network.lastEnd(clock.instant()), PERIODS);
    return new SftpFiles(pm, List.copyOf(files), PrivateSshd.start());
  }

  /** The files on this machine. */
  List<Path> files() {
    return files;
  }

  PrivateSshd sshd() {
    return sshd;
  }

  /** The {@code source} of a feed that collects them by SFTP, as YAML on one line. */
  String sftp(int connections) {
    return "{%s, poll: 2s, stable: 1s, since: 2d}"
        .formatted(FeedText.sftp(sshd, connections).formatted(directory));
  }

  /** The {@code source} of a feed that collects them from the directory. */
  String directory() {
    return "{directory: {path: \"%s/**/A*.xml*\"}, poll: 2s, stable: 1s, since: 2d}"
        .formatted(directory);
  }

  @Override
  public void close() {
    sshd.close();
  }

  private static void add(List<Path> files, WrittenFile file) {
    files.add(file.path());
  }
}
