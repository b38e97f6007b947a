package io.sluice.simulator;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code simulate}. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Writes the performance files of a simulated radio network.")
public final class SimulateCommand implements Callable<Integer> {
  private static final long STOP_WITHIN_SECONDS = 20;

  @Option(names = "--out", required = true, description = "Directory to write into.")
  private Path out = Path.of(".");

  @Option(names = "--gnbs", description = "Elements. Default: ${DEFAULT-VALUE}.")
  private int gnbs = 200;

  @Option(names = "--cells", description = "Cells of each. Default: ${DEFAULT-VALUE}.")
  private int cells = 3;

  @Option(names = "--counters", description = "Counters a group. Default: ${DEFAULT-VALUE}.")
  private int counters = 40;

  @Option(names = "--groups", split = ",", description = "Default: NRCellDU,NRCellCU.")
  private List<String> groups = new ArrayList<>(List.of("NRCellDU", "NRCellCU"));

  @Option(names = "--period", description = "ISO duration. Default: ${DEFAULT-VALUE}.")
  private Duration period = Network.QUARTER_HOUR;

  @Option(names = "--periods", description = "How many. Default: ${DEFAULT-VALUE}.")
  private int periods = 4;

  @Option(
      names = "--end",
      converter = Converters.Time.class,
      description = "The last one's end: now (the last full one) or an instant. Default: now.")
  private Instant end;

  @Option(names = "--zone", description = "The elements' clock, e.g. +02:00. Default: Z.")
  private ZoneOffset zone = ZoneOffset.UTC;

  @Option(names = "--live", description = "Go on with each period until stopped.")
  private boolean live;

  @Option(names = "--speed", description = "With --live: times real time. Default: 1.")
  private double speed = 1;

  @Option(
      names = "--format",
      converter = Converters.Formats.class,
      description = "32.435, 28.532 or mixed (by element). Default: mixed.")
  private Set<FileFormat> format = Set.of(FileFormat.values());

  @Option(
      names = "--form",
      converter = Converters.Forms.class,
      description = "r, list or mixed (by element). Default: mixed.")
  private Set<ValueForm> form = Set.of(ValueForm.values());

  @Option(names = "--gzip", negatable = true, fallbackValue = "true", description = "The default.")
  private boolean gzip = true;

  @Option(names = "--plain", description = "Not compressed.")
  private boolean plain;

  @Option(names = "--by-day", description = "A directory a day, yyyyMMdd.")
  private boolean byDay;

  @Option(names = "--single-line", description = "XML without line ends.")
  private boolean singleLine;

  @Option(names = "--seed", description = "Same seed, same files. Default: ${DEFAULT-VALUE}.")
  private long seed = 42;

  @Option(
      names = "--late",
      converter = Converters.Share.class,
      description = "Share of files that come 1 to 3 periods late, e.g. 1%%.")
  private double late;

  @Option(
      names = "--duplicate",
      converter = Converters.Share.class,
      description = "Share whose cells come twice: other name, other directory or other job.")
  private double duplicate;

  @Option(
      names = "--corrected",
      converter = Converters.Share.class,
      description = "Share written again later, same name and new values.")
  private double corrected;

  @Option(
      names = "--broken",
      converter = Converters.Share.class,
      description = "Share that cannot be read, or not all of it.")
  private double broken;

  @Option(
      names = "--out-of-window",
      converter = Converters.Share.class,
      description = "Share from a clock in 2097 or 2000.")
  private double outOfWindow;

  @Option(
      names = "--growing",
      converter = Converters.Share.class,
      description = "Share written slowly under the final name.")
  private double growing;

  @Option(names = "--grow-for", description = "How slowly. Default: ${DEFAULT-VALUE}.")
  private Duration growFor = Duration.ofSeconds(4);

  @Option(
      names = "--one-file-size",
      converter = Converters.Size.class,
      description = "Write one file of this many bytes of XML instead, e.g. 1GB.")
  private long oneFileSize;

  @Option(
      names = "--expected",
      description =
          "Where to print what must be in the warehouse: FILE.json, any other FILE (TSV), or -"
              + " (JSON). May be repeated.")
  private List<String> expected = new ArrayList<>();

  private final Clock clock;
  private final PrintStream standardOut;
  private final PrintStream progress;
  private long files;
  private long bytes;

  SimulateCommand(Clock clock, PrintStream standardOut, PrintStream progress) {
    this.clock = clock;
    this.standardOut = standardOut;
    this.progress = progress;
  }

  public static void main(String[] args) {
    System.exit(execute(Clock.systemUTC(), System.out, System.err, args));
  }

  /** Runs the command; 0 if all was written, 1 if not, 2 if the options are wrong. */
  public static int execute(Clock clock, PrintStream out, PrintStream progress, String... args) {
    return new CommandLine(new SimulateCommand(clock, out, progress))
        .setExecutionExceptionHandler(
            (failure, line, result) -> {
              line.getErr().println("simulate: " + failure.getMessage());
              return failure instanceof IllegalArgumentException ? 2 : 1;
            })
        .execute(args);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Network network = network();
    Mishaps mishaps = new Mishaps(late, duplicate, corrected, broken, outOfWindow, growing);
    Output output = new Output(out, gzip && !plain, byDay, singleLine, growFor);
    Simulator simulator = new Simulator(network, mishaps, output, clock, this::count);
    Instant lastEnd = network.lastEnd(end == null ? clock.instant() : end);
    CountDownLatch stopped = new CountDownLatch(1);
    if (live) {
      finishWhenStopped(stopped);
    }
    try {
      write(simulator, network, lastEnd);
      report(simulator.expected());
    } finally {
      stopped.countDown();
    }
    return 0;
  }

  private void write(Simulator simulator, Network network, Instant lastEnd)
      throws IOException, InterruptedException {
    if (oneFileSize > 0) {
      simulator.oneFile(lastEnd, oneFileSize);
    } else if (live) {
      writeUntilStopped(simulator, network, lastEnd);
    } else {
      simulator.run(lastEnd, periods);
    }
  }

  private Network network() {
    List<Group> chosen = groups.stream().map(id -> Group.of(id, counters)).toList();
    return new Network(gnbs, cells, chosen, period, zone, format, form, seed);
  }

  private void writeUntilStopped(Simulator simulator, Network network, Instant lastEnd)
      throws IOException {
    try {
      for (int back = periods - 1; back >= 0; back--) {
        simulator.period(lastEnd.minus(network.period().multipliedBy(back)));
      }
      new LiveRun(simulator, network, clock, speed)
          .after(lastEnd, time -> progress.println(time + " " + files + " files"));
    } catch (InterruptedException e) {
      simulator.finish();
    }
  }

  /** On Ctrl-C the files still to come are written, so that the expected result holds. */
  private static void finishWhenStopped(CountDownLatch stopped) {
    Thread worker = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  worker.interrupt();
                  awaitAtMost(stopped);
                }));
  }

  private static void awaitAtMost(CountDownLatch stopped) {
    try {
      if (!stopped.await(STOP_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("simulate: stopped before the last files were written");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void report(Expected result) throws IOException {
    for (String target : expected) {
      ExpectedPrinter.print(result, target, standardOut);
    }
    progress.printf(
        "%d files, %d bytes: %d cells in %d rows expected %s%n",
        files, bytes, result.cells(), result.rows(), result.files());
  }

  private void count(WrittenFile file) {
    files++;
    bytes += file.size();
  }
}
