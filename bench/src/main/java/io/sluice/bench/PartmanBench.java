package io.sluice.bench;

import io.sluice.core.sql.Sql;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The command {@code partman-bench}: pg_partman and Sluice rotate the same tables, side by side.
 */
@Command(
    name = "partman-bench",
    mixinStandardHelpOptions = true,
    description =
        "Rotates the same tables by pg_partman and by Sluice while a loader and a reader work.")
final class PartmanBench implements Callable<Integer> {

  private static final double MILLI = 1e6;

  @Option(names = "--tables", description = "How many. Default: ${DEFAULT-VALUE}.")
  private int tables = 200;

  @Option(names = "--days", description = "Days each table keeps. Default: ${DEFAULT-VALUE}.")
  private int days = 90;

  @Option(names = "--rotations", description = "Days that pass. Default: ${DEFAULT-VALUE}.")
  private int rotations = 3;

  @Option(
      names = "--debian",
      paramLabel = "FOLDER",
      description =
          "Another Debian in a folder, whose PostgreSQL 18 and pg_partman 5 are to run by chroot;"
              + " bin/partman-bench --new makes it. Default: the system's PostgreSQL 15.")
  private Path debian;

  /** How one side did. */
  private record Measured(
      String name,
      String schema,
      Duration took,
      LockWatch.Seen locks,
      Traffic.Done idle,
      Traffic.Done busy,
      long loaded) {}

  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Runs the command; 0 if both sides end equal, 1 if not, 2 if it could not run. */
  static int execute(String... args) {
    return new CommandLine(new PartmanBench())
        .setExecutionExceptionHandler(
            (failure, line, result) -> {
              line.getErr().println("partman-bench: " + failure.getMessage());
              return 2;
            })
        .execute(args);
  }

  @Override
  public Integer call() throws IOException, SQLException, InterruptedException {
    DebianPackages packages =
        debian == null ? DebianPackages.ofSystem() : DebianPackages.in(debian.toAbsolutePath());
    String partman =
        packages
            .partman()
            .orElseThrow(
                () ->
                    new IOException(
                        "PostgreSQL %d with pg_partman is missing in %s; on Debian: apt-get install postgresql-%d-partman"
                            .formatted(
                                packages.postgresql(), packages.root(), packages.postgresql())));
    try (DebianCluster cluster = DebianCluster.start(packages)) {
      try (Connection admin = cluster.database("postgres").getConnection()) {
        Sql.execute(admin, "create database bench");
      }
      return measure(cluster.database("bench"), partman) ? 0 : 1;
    }
  }

  private boolean measure(DataSource database, String version)
      throws IOException, SQLException, InterruptedException {
    Instant begin = Instant.now().minus(Duration.ofDays(rotations));
    PartmanTables made = new PartmanTables(database, version, tables, days, begin);
    System.out.printf(
        "Making %d tables of %d days twice, as they were %d days ago …%n", tables, days, rotations);
    made.build();
    Measured partman = side(database, made, new PartmanSide(database, version, days), begin);
    try (SluiceSide side = new SluiceSide(database, days)) {
      Measured sluice = side(database, made, side, begin);
      print(partman, sluice);
      return check(made, List.of(partman, sluice));
    }
  }

  private Measured side(DataSource database, PartmanTables made, RotationSide side, Instant begin)
      throws IOException, SQLException, InterruptedException {
    Traffic.Done idle = idle(database, side, begin);
    long loaded = idle.loaded();
    Duration took = Duration.ZERO;
    try (LockWatch watch = new LockWatch(database, side.schema());
        Traffic traffic = new Traffic(database, side.schema(), made.tables(), begin)) {
      traffic.loadAll(begin);
      traffic.start();
      for (int day = 1; day <= rotations; day++) {
        Instant now = begin.plus(Duration.ofDays(day));
        traffic.loadAll(now);
        long begun = System.nanoTime();
        side.rotate(now);
        took = took.plusNanos(System.nanoTime() - begun);
      }
      Traffic.Done busy = traffic.stop();
      return new Measured(
          side.name(), side.schema(), took, watch.stop(), idle, busy, loaded + busy.loaded());
    }
  }

  /** How slow loader and reader are by themselves. */
  private Traffic.Done idle(DataSource database, RotationSide side, Instant begin)
      throws SQLException, InterruptedException {
    try (Traffic traffic = new Traffic(database, side.schema(), tables, begin)) {
      traffic.start();
      Thread.sleep(Duration.ofSeconds(5).toMillis());
      return traffic.stop();
    }
  }

  private boolean check(PartmanTables made, List<Measured> sides) throws SQLException {
    Checks checks = new Checks();
    checks.equal("tables whose partitions differ", List.of(), made.differing());
    for (Measured side : sides) {
      long kept = tables * (made.rowsEach() - PartmanTables.rowsDropped(rotations));
      checks.equal(side.name() + ": rows", kept + side.loaded(), made.rows(side.schema()));
      checks.equal(
          side.name() + ": partitions",
          (long) tables * (days + 1 + PartmanTables.AHEAD),
          made.partitions(side.schema()));
    }
    checks.print(System.out);
    return checks.hold();
  }

  private void print(Measured partman, Measured sluice) {
    System.out.printf("%n%-58s %18s %18s %8s%n", "", partman.name(), sluice.name(), "ratio");
    line(
        "%d days of %d tables rotated, s".formatted(rotations, tables),
        partman.took().toNanos() / 1e9,
        sluice.took().toNanos() / 1e9);
    line(
        "ACCESS EXCLUSIVE on a parent: seen",
        (double) partman.locks.locks(),
        (double) sluice.locks.locks());
    line("  held longest, ms", partman.locks.held() / MILLI, sluice.locks.held() / MILLI);
    line("  waited for longest, ms", partman.locks.waited() / MILLI, sluice.locks.waited() / MILLI);
    line(
        "loader's slowest COPY, ms",
        partman.busy.slowestLoad() / MILLI,
        sluice.busy.slowestLoad() / MILLI);
    line(
        "  without rotation, ms",
        partman.idle.slowestLoad() / MILLI,
        sluice.idle.slowestLoad() / MILLI);
    line(
        "reader's slowest count, ms",
        partman.busy.slowestCount() / MILLI,
        sluice.busy.slowestCount() / MILLI);
    line(
        "  without rotation, ms",
        partman.idle.slowestCount() / MILLI,
        sluice.idle.slowestCount() / MILLI);
    for (Measured side : List.of(partman, sluice)) {
      System.out.printf(
          Locale.ROOT,
          "%s: pg_locks looked at %,d times, at most %.1f ms apart; %,d rows loaded, %,d counts beside it%n",
          side.name(),
          side.locks().looks(),
          side.locks().gap() / MILLI,
          side.busy().loaded(),
          side.busy().counted());
    }
    System.out.println();
  }

  private static void line(String what, double partman, double sluice) {
    String ratio = partman == 0 ? "-" : "%.2f".formatted(sluice / partman);
    System.out.printf(Locale.ROOT, "%-58s %18.1f %18.1f %8s%n", what, partman, sluice, ratio);
  }
}
