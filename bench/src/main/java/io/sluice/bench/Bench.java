package io.sluice.bench;

import io.sluice.embedded.EmbeddedPostgres;
import io.sluice.simulator.FileFormat;
import io.sluice.simulator.Network;
import io.sluice.simulator.ValueForm;
import io.sluice.testkit.PrivateSshd;
import io.sluice.testkit.RabbitPrograms;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code bench}: measures, and prints what it measured. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures what Sluice takes to load simulated files, beside a plain COPY of the same rows.",
      "",
      "Parts:",
      "  load      small files, append mode, all in one JVM",
      "  separate  the same with a JVM for each service, over RabbitMQ",
      "  merge     as load, in merge mode",
      "  xml       files of 25 MB of XML",
      "  ledger    small files with 10,000 to a million files in the ledger",
      "  sftp      small files from OpenSSH, 4 connections and 1, beside the directory and sftp -b",
      "  latency   from file to rows, at half of the rate that load reaches",
      "  large     the handler alone with one file of a gigabyte and little memory",
      "",
      "Exits with 1 if the warehouse does not hold what it must, with 2 if something failed.",
      ""
    })
final class Bench implements Callable<Integer> {
  private static final List<String> GROUPS = List.of("NRCellDU", "NRCellCU");

  /** What is measured. */
  enum Part {
    LOAD,
    SEPARATE,
    MERGE,
    XML,
    LEDGER,
    SFTP,
    LATENCY,
    LARGE,
    ALL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--part",
      split = ",",
      description = "${COMPLETION-CANDIDATES}. Several by commas. Default: ${DEFAULT-VALUE}.")
  private List<Part> parts = List.of(Part.ALL);

  @Option(names = "--files", description = "Of a wave, about. Default: ${DEFAULT-VALUE}.")
  private int files = 4_000;

  @Option(names = "--cells", description = "Cells a gNB. Default: ${DEFAULT-VALUE}.")
  private int cells = 12;

  @Option(names = "--xml", description = "Files of 25 MB, at most 80. Default: ${DEFAULT-VALUE}.")
  private int xml = 40;

  @Option(names = "--large", description = "Bytes of the large file. Default: ${DEFAULT-VALUE}.")
  private long large = 1_000_000_000;

  @Option(names = "--heap", description = "Of the handler for it. Default: ${DEFAULT-VALUE}.")
  private String heap = "256m";

  @Option(
      names = "--statements",
      description = "How many of the longest SQL statements load and ledger print. Default: none.")
  private int statements;

  @Option(names = "--rabbitmq", description = RabbitPrograms.CHOICE)
  private String rabbitmq = "system";

  @Option(names = "--dir", hidden = true, required = true)
  private Path directory = Path.of("target/bench");

  @Option(names = "--root", hidden = true)
  private Path root = Path.of("");

  private final Clock clock = Clock.systemUTC();
  private final PrintStream out = System.out;

  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Runs the command; 0 if everything is right, 1 if something differs, 2 if it could not run. */
  static int execute(String... args) {
    return new CommandLine(new Bench())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, line, result) -> {
              line.getErr().println("bench: " + failure.getMessage());
              return 2;
            })
        .execute(args);
  }

  @Override
  public Integer call() throws IOException, SQLException, InterruptedException {
    directory = Files.createDirectories(directory.toAbsolutePath().normalize());
    root = root.toAbsolutePath().normalize();
    if (wanted(Part.SEPARATE)) {
      RabbitPrograms.named(rabbitmq); // says at once that it is missing
    }
    if (wanted(Part.SFTP) && !PrivateSshd.isInstalled()) {
      throw new IOException(
          "part sftp needs OpenSSH's server; on Debian: apt-get install openssh-server");
    }
    boolean right = true;
    for (Part part : Part.values()) {
      if (part != Part.ALL && wanted(part)) {
        right &= run(part);
      }
    }
    return right ? 0 : 1;
  }

  private boolean wanted(Part part) {
    return parts.contains(part) || parts.contains(Part.ALL);
  }

  private boolean run(Part part) throws IOException, SQLException, InterruptedException {
    return switch (part) {
      case LOAD -> load("append");
      case SEPARATE -> separate();
      case MERGE -> load("merge");
      case XML -> xml();
      case LEDGER -> ledger();
      case SFTP -> sftp();
      case LATENCY -> latency();
      case LARGE -> largeFiles();
      case ALL -> throw new IllegalArgumentException("all is no part of its own");
    };
  }

  private boolean load(String mode) throws IOException, SQLException, InterruptedException {
    title("Small files, %s mode, one JVM with an embedded broker".formatted(mode));
    Path data = directory.resolve(mode);
    try (Line line = StandaloneLine.start(root, data, FeedText.bench(mode))) {
      return new LoadPart(statements, out).run(line, smallFiles(data, files), data);
    }
  }

  private boolean separate() throws IOException, SQLException, InterruptedException {
    RabbitPrograms rabbit = RabbitPrograms.named(rabbitmq);
    title(
        "Small files, append mode, getter, handler and loader in a JVM each, RabbitMQ %s"
            .formatted(rabbit.version()));
    Path data = directory.resolve("separate");
    try (Line line = SeparateLine.start(root, data, rabbit, FeedText.bench("append"))) {
      return new LoadPart(statements, out).run(line, smallFiles(data, files), data);
    }
  }

  private boolean xml() throws IOException, SQLException, InterruptedException {
    title("%d files of 25 MB of XML, r form, append mode, one JVM".formatted(xml));
    Path data = directory.resolve("xml");
    Network network =
        Network.of(1, cells, 40, GROUPS, 42).writing(FileFormat.MEAS_DATA, ValueForm.NUMBERED);
    try (Line line = StandaloneLine.start(root, data, FeedText.bench("append"))) {
      Waves waves = new Waves(network, data.resolve("aside"), false, clock);
      return new XmlPart(xml, out).run(line, waves, data);
    }
  }

  private boolean ledger() throws IOException, SQLException, InterruptedException {
    title("Small files over a growing ledger, append mode, one JVM");
    Path data = directory.resolve("ledger");
    try (Line line = StandaloneLine.start(root, data, FeedText.bench("append"))) {
      return new LedgerPart(statements, out).run(line, smallFiles(data, files));
    }
  }

  private boolean sftp() throws IOException, SQLException, InterruptedException {
    title("Small files from OpenSSH with default settings, append mode, one JVM");
    try (PrivateSshd sshd = PrivateSshd.start()) {
      return new SftpPart(
              sshd,
              (feed, data) -> StandaloneLine.start(root, data, feed),
              data -> smallFiles(data, files),
              out)
          .run(Files.createDirectories(directory.resolve("sftp")));
    }
  }

  private boolean latency() throws IOException, SQLException, InterruptedException {
    title("Latency at half load, append mode, one JVM, a listing a second");
    Path data = directory.resolve("latency");
    try (Line line = StandaloneLine.start(root, data, FeedText.bench("append"))) {
      return new LatencyPart(out).run(line, smallFiles(data, files), LoadPart.gnbs(files));
    }
  }

  private Waves smallFiles(Path data, int count) {
    Network network = Network.of(LoadPart.gnbs(count), cells, 40, GROUPS, 42);
    return new Waves(network, data.resolve("aside"), true, clock);
  }

  private boolean largeFiles() throws IOException, SQLException, InterruptedException {
    title("One file of %.0f MB, the handler alone with -Xmx%s".formatted(large / 1e6, heap));
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.startPersistent(directory.resolve("postgres"), 0)) {
      return new LargePart(new HandlerBench(root, postgres, directory, heap), directory, large, out)
          .run(Network.of(1, cells, 40, GROUPS, 42), clock);
    }
  }

  private void title(String title) {
    out.println("## " + title);
    out.println();
  }
}
