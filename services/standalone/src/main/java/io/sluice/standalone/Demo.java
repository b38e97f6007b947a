package io.sluice.standalone;

import io.sluice.embedded.EmbeddedException;
import io.sluice.simulator.Expected;
import io.sluice.standalone.DemoProgress.Counts;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code demo}: a simulated network's files, loaded before your eyes. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 100,
    sortOptions = false,
    description =
        "Starts Sluice with everything it needs and loads the files of a simulated"
            + " radio network.")
public final class Demo implements Callable<Integer> {
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);
  private static final Duration SAY_EVERY = Duration.ofSeconds(5);
  private static final Duration GIVE_UP_AFTER = Duration.ofMinutes(2);

  @CommandLine.Spec private CommandLine.Model.CommandSpec command;

  @CommandLine.Mixin private PlaceOptions options = new PlaceOptions();

  @Option(
      names = "--once",
      description = "Stop once the last hour is loaded, after checking the result.")
  private boolean once;

  @Option(
      names = "--gnbs",
      description = "Number of gNBs in the network. Default: ${DEFAULT-VALUE}.")
  private int gnbs = 200;

  private final Clock clock = Clock.systemUTC();
  private final PrintStream out = System.out;
  private final boolean terminal = Boolean.getBoolean("sluice.terminal");

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Demo())
            .setExecutionExceptionHandler(StandaloneCommand::sayWhy)
            .execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException, SQLException {
    if (gnbs < 1) {
      throw new CommandLine.ParameterException(
          command.commandLine(), "--gnbs is " + gnbs + "; a network needs at least one gNB");
    }
    Path incoming = options.data().resolve("demo-incoming");
    writeFeed(incoming);
    out.println("Starting PostgreSQL, the broker and the services ...");
    DemoRotation rotation = new DemoRotation(out, clock);
    Standalone standalone =
        Standalone.start(
            Deployment.at(options)
                .with(Map.of("logging.threshold.console", "OFF"))
                .startingWith(rotation::plant));
    Runtime.getRuntime().addShutdownHook(new Thread(standalone::close, "stop"));
    try (standalone) {
      out.println(standalone.howToLook());
      return run(standalone, incoming, rotation);
    }
  }

  private void writeFeed(Path incoming) throws IOException {
    Files.createDirectories(incoming);
    String path = FeedPath.below(incoming, "**/*.xml.gz");
    write("demo.yaml", options.feeds(), path);
    write("demo-alarms.yaml", options.tasks(), path);
  }

  private static void write(String name, Path directory, String path) throws IOException {
    Files.createDirectories(directory);
    try (InputStream template = Demo.class.getResourceAsStream(name)) {
      String text = new String(template.readAllBytes(), StandardCharsets.UTF_8);
      Files.writeString(directory.resolve(name), text.replace("@path@", path));
    }
  }

  private int run(Standalone standalone, Path incoming, DemoRotation rotation)
      throws IOException, InterruptedException, SQLException {
    DemoNetwork network = new DemoNetwork(gnbs, incoming, clock);
    DemoProgress progress = new DemoProgress(standalone.warehouse());
    Counts before = progress.counts();
    long started = System.nanoTime();
    out.printf("A network of %d gNBs writes its last hour to %s%n", gnbs, incoming);
    Expected expected = network.writeLastHour();
    Counts counts = watchUntilLoaded(network, progress, before.rows(), started);
    Duration took = Duration.ofNanos(System.nanoTime() - started);
    DemoWarehouse warehouse = new DemoWarehouse(standalone.warehouse());
    List<String> differences = warehouse.differences(expected, network.begin(), network.lastEnd());
    boolean exact =
        new DemoReport(out).print(before, counts, expected, differences, progress.reasons(), took);
    boolean rotated = rotation.run(standalone);
    if (once) {
      out.println(
          "Everything stops now. Run bin/demo or bin/standalone to start it again and look"
              + " around.");
    } else {
      goOnLive(network, progress);
    }
    return exact && rotated ? 0 : 1;
  }

  private Counts watchUntilLoaded(
      DemoNetwork network, DemoProgress progress, long earlierRows, long started)
      throws SQLException, InterruptedException {
    List<String> paths = network.paths();
    ProgressLine line = new ProgressLine(out, terminal, SAY_EVERY);
    Counts last = null;
    long changed = System.nanoTime();
    while (true) {
      long known = progress.known(paths); // first: what is found after it must not count as closed
      Counts counts = progress.counts();
      line.show(describe(counts, known, paths.size(), counts.rows() - earlierRows, started));
      if (known == paths.size() && counts.open() <= counts.stuck()) {
        line.end();
        return counts;
      }
      if (!counts.equals(last)) {
        last = counts;
        changed = System.nanoTime();
      } else if (System.nanoTime() - changed > GIVE_UP_AFTER.toNanos()) {
        line.end();
        throw new EmbeddedException(
            "no progress for %d s: of %d files, %d have not been found and %d are not closed; see bin/sluice status"
                    .formatted(
                        GIVE_UP_AFTER.toSeconds(),
                        paths.size(),
                        paths.size() - known,
                        counts.open())
                + " and "
                + options.data().resolve("log/sluice.log"));
      }
      Thread.sleep(LOOK_EVERY.toMillis());
    }
  }

  private static String describe(Counts counts, long known, int all, long rows, long started) {
    double seconds = (System.nanoTime() - started) / 1e9;
    return String.format(
        Locale.ROOT,
        "%5.1f s  found %d of %d files, closed %d, rejected %d   %d rows, %.0f rows/s",
        seconds,
        known,
        all,
        counts.files() - counts.open(),
        counts.rejected(),
        rows,
        rows / seconds);
  }

  private void goOnLive(DemoNetwork network, DemoProgress progress)
      throws SQLException, InterruptedException {
    Thread writer = new Thread(() -> writeLive(network), "simulator");
    writer.setDaemon(true);
    writer.start();
    out.println(
        "The network continues live, one file per gNB every 15 minutes. Ctrl-C stops"
            + " everything.");
    ProgressLine line = new ProgressLine(out, terminal, Duration.ofMinutes(1));
    while (true) {
      Counts counts = progress.counts();
      line.show(
          "%tT  %d files, %d open, %d rejected, %d rows"
              .formatted(
                  LocalTime.now(ZoneId.systemDefault()),
                  counts.files(),
                  counts.open(),
                  counts.rejected(),
                  counts.rows()));
      Thread.sleep(Duration.ofSeconds(2).toMillis());
    }
  }

  private void writeLive(DemoNetwork network) {
    try {
      network.goOn(clock);
    } catch (IOException e) {
      out.println("The simulated network stopped: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
