package io.sluice.bench;

import com.sun.management.OperatingSystemMXBean;
import io.sluice.testkit.PrivateSshd;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code sftp-bench}: what it costs to fetch many small files. */
@Command(
    name = "sftp-bench",
    mixinStandardHelpOptions = true,
    description =
        "Fetches small files from OpenSSH on this machine by Sluice's sources, from a directory,"
            + " and by sftp -b.")
final class SftpBench implements Callable<Integer> {

  private static final int ROUNDS = 2;

  @Option(names = "--files", description = "About how many. Default: ${DEFAULT-VALUE}.")
  private int files = 5_000;

  @Option(names = "--connections", description = "Of Sluice. Default: ${DEFAULT-VALUE}.")
  private int connections = 4;

  @Option(names = "--batch", description = "Files a session reads. Default: ${DEFAULT-VALUE}.")
  private int batch = 200;

  @Option(names = "--dir", required = true, description = "An empty directory for all data.")
  private Path directory = Path.of("target/sftp-bench");

  /** What one way of fetching took. */
  private record Cost(Duration wall, Duration client, Duration server, long bytes) {
    Duration processor() {
      return client.plus(server);
    }
  }

  /** One way of fetching all. */
  private interface Way {
    /** Returns the bytes, and the processor time of programs it started. */
    PlainSftp.Done run() throws IOException, InterruptedException;
  }

  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Runs the command; 0 if all brought the same bytes, 1 if not, 2 if it could not run. */
  static int execute(String... args) {
    return new CommandLine(new SftpBench())
        .setExecutionExceptionHandler(
            (failure, line, result) -> {
              line.getErr().println("sftp-bench: " + failure.getMessage());
              return 2;
            })
        .execute(args);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!PrivateSshd.isInstalled()) {
      throw new IOException(
          "OpenSSH's server is not installed; on Debian: apt-get install openssh-server");
    }
    directory = Files.createDirectories(directory.toRealPath());
    try (SftpFiles served = SftpFiles.serve(directory, files, Clock.systemUTC())) {
      return measure(served) ? 0 : 1;
    }
  }

  private boolean measure(SftpFiles served) throws IOException, InterruptedException {
    long bytes = 0;
    for (Path file : served.files()) {
      bytes += Files.size(file);
    }
    System.out.printf(
        Locale.ROOT,
        "%,d files of %,d bytes on average; batches of %d; the second of %d rounds%n",
        served.files().size(),
        bytes / served.files().size(),
        batch,
        ROUNDS);
    PrivateSshd sshd = served.sshd();
    Cost many = second(sshd, source(served.sftp(connections), connections));
    Cost one = second(sshd, source(served.sftp(1), connections));
    Cost local = second(sshd, source(served.directory(), connections));
    Cost plain = second(sshd, new PlainSftp(sshd, directory, served.files())::run);
    print("Sluice, sftp, connections: " + connections, many);
    print("Sluice, sftp, connections: 1", one);
    print("Sluice, directory", local);
    print("sftp -b, 1 connection", plain);
    ratios("sftp, connections: " + connections, many, local, plain);
    ratios("sftp, connections: 1", one, local, plain);
    boolean same = true;
    for (Cost cost : List.of(many, one, local, plain)) {
      same &= cost.bytes == bytes;
    }
    System.out.println(same ? "All brought the same bytes." : "WRONG: not all bytes came.");
    return same;
  }

  private Way source(String source, int threads) {
    SourceFetch fetch = new SourceFetch(directory, threads, batch);
    return () -> new PlainSftp.Done(fetch.run(source), Duration.ZERO);
  }

  private static Cost second(PrivateSshd sshd, Way way) throws IOException, InterruptedException {
    Cost cost = null;
    for (int i = 0; i < ROUNDS; i++) {
      cost = cost(sshd, way);
    }
    return cost;
  }

  private static Cost cost(PrivateSshd sshd, Way way) throws IOException, InterruptedException {
    Duration server = sshd.processorTime();
    Duration own = processorTime();
    long started = System.nanoTime();
    PlainSftp.Done done = way.run();
    return new Cost(
        Duration.ofNanos(System.nanoTime() - started),
        processorTime().minus(own).plus(done.processor()),
        sshd.processorTime().minus(server),
        done.bytes());
  }

  private static Duration processorTime() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return Duration.ofNanos(system.getProcessCpuTime());
  }

  private static void print(String what, Cost cost) {
    System.out.printf(
        Locale.ROOT,
        "%-32s %6.2f s, %6.2f CPU-s (client %.2f, server %.2f)%n",
        what,
        seconds(cost.wall),
        seconds(cost.processor()),
        seconds(cost.client),
        seconds(cost.server));
  }

  private static void ratios(String what, Cost cost, Cost local, Cost plain) {
    System.out.printf(
        Locale.ROOT,
        "%-32s %.1f times as long as the directory (CPU %.1f), %.2f times sftp -b (CPU %.2f)%n",
        what,
        seconds(cost.wall) / seconds(local.wall),
        seconds(cost.processor()) / seconds(local.processor()),
        seconds(cost.wall) / seconds(plain.wall),
        seconds(cost.processor()) / seconds(plain.processor()));
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }
}
