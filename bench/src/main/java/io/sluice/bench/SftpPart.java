package io.sluice.bench;

import io.sluice.testkit.PrivateSshd;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The same small files from their directory and from OpenSSH on this machine, through the whole
 * line, beside OpenSSH's own client, which only fetches them.
 */
final class SftpPart {

  /** Starts a line with this feed over an empty directory. */
  interface Start {
    Line line(FeedText feed, Path directory) throws IOException, SQLException, InterruptedException;
  }

  /** A network's files, made aside in a line's directory. */
  interface Network {
    Waves waves(Path directory);
  }

  private final Table table =
      new Table(
          "source",
          "wave",
          "files",
          "wall s",
          "files/s",
          "of the directory's",
          "CPU s",
          "sshd CPU s");
  private final PrivateSshd sshd;
  private final Start start;
  private final Network network;
  private final PrintStream out;
  private Cost directory;

  SftpPart(PrivateSshd sshd, Start start, Network network, PrintStream out) {
    this.sshd = sshd;
    this.start = start;
    this.network = network;
    this.out = out;
  }

  /** Loads, prints, and says whether the warehouses hold what they must. */
  boolean run(Path data) throws IOException, SQLException, InterruptedException {
    FeedText feed = FeedText.bench("append");
    boolean right = load("directory", feed, data.resolve("local"));
    right &= load("sftp, connections: 4", feed.over(sshd, 4), data.resolve("four"));
    right &= load("sftp, connections: 1", feed.over(sshd, 1), data.resolve("one"));
    fetchOnly(data, data.resolve("one"));
    table.print(out);
    return right;
  }

  private boolean load(String source, FeedText feed, Path data)
      throws IOException, SQLException, InterruptedException {
    try (Line line = start.line(feed, data);
        Measuring measuring = new Measuring(line)) {
      Waves waves = network.waves(data);
      Duration before = sshd.processorTime();
      Cost cold = LoadPart.cold(measuring, waves);
      Duration between = sshd.processorTime();
      Cost warm = LoadPart.warm(measuring, waves);
      directory = directory == null ? warm : directory;
      row(source, cold, between.minus(before));
      row(source, warm, sshd.processorTime().minus(between));
      return Right.check(measuring, waves, out);
    }
  }

  private void row(String source, Cost cost, Duration server) {
    table.add(
        source,
        cost.wave(),
        Table.number((double) cost.files()),
        Table.number(cost.seconds()),
        Table.number(cost.filesPerSecond()),
        Table.number(cost.filesPerSecond() / directory.filesPerSecond()),
        Table.number(cost.processor()),
        Table.number(server.toMillis() / 1e3));
  }

  private void fetchOnly(Path data, Path line) throws IOException, InterruptedException {
    List<Path> files;
    try (Stream<Path> below = Files.walk(line.resolve("pm/warm"))) {
      files = below.filter(Files::isRegularFile).toList();
    }
    Duration server = sshd.processorTime();
    long started = System.nanoTime();
    PlainSftp.Done done = new PlainSftp(sshd, data, files).run();
    double wall = (System.nanoTime() - started) / 1e9;
    table.add(
        "sftp -b, fetched only",
        "",
        Table.number(files.size()),
        Table.number(wall),
        Table.number(files.size() / wall),
        Table.number(files.size() / wall / directory.filesPerSecond()),
        Table.number(done.processor().toMillis() / 1e3),
        Table.number(sshd.processorTime().minus(server).toMillis() / 1e3));
  }
}
