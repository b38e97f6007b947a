package io.sluice.standalone;

import io.sluice.core.ledger.LedgerSchema;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what Sluice makes of files before a feed is written for them. */
@Command(
    name = "trial",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 100,
    sortOptions = false,
    description = {
      "Loads each file below the given paths with its own feed into its own schema of a"
          + " throw-away warehouse, and prints the outcome: loaded or rejected, with counts and"
          + " reasons.",
      "With --expected, compares the contents of PostgreSQL with a table of counts.",
      "Works on copies of the named files and on nothing else: it uses no feed, database, broker"
          + " or setting of any other deployment, and never moves or deletes a source file."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:every file was loaded, or rejected with a reason",
      "1:some file was neither, or differs from what was expected",
      "2:wrong usage"
    })
final class TrialCommand implements Callable<Integer> {

  private static final Set<String> FORMATS = new TreeSet<>(Set.of("3gpp-pm", "csv"));

  private final AtomicReference<Standalone> standalone = new AtomicReference<>();

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "PATH",
      description = "Files, or directories to search for files.")
  private List<Path> paths;

  @Option(names = "--format", required = true, description = "Format of all files: 3gpp-pm or csv.")
  private String format;

  @Option(
      names = "--expected",
      description = "Tab-separated counts per file; the first column is a path relative to --base.")
  private Path expected;

  @Option(names = "--base", description = "Directory that file names are shown relative to.")
  private Path base = Path.of("");

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "Keep the data here, in a new or empty directory, instead of throwing it away.")
  private Path keep;

  @Option(
      names = "--patience",
      description = "How long to wait for all files. Default: ${DEFAULT-VALUE}.")
  private Duration patience = Duration.ofMinutes(10);

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new TrialCommand())
            .setExecutionExceptionHandler(StandaloneCommand::sayWhy)
            .execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException, SQLException {
    checkArguments();
    Path data = keep == null ? Files.createTempDirectory("sluice-trial") : keep;
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(data), "stop"));
    TrialFeeds feeds = new TrialFeeds(data, format);
    for (Path file : files()) {
      feeds.add(file);
    }
    return run(data, feeds) ? 0 : 1;
  }

  /** However it ends, by itself or by a signal. */
  private void stop(Path data) {
    Standalone started = standalone.get();
    if (started != null) {
      started.close();
    }
    if (keep == null) {
      deleteAll(data);
    }
  }

  private void checkArguments() {
    if (!FORMATS.contains(format)) {
      throw new ParameterException(
          spec.commandLine(), "--format must be one of " + FORMATS + ", not " + format);
    }
    for (Path path : paths) {
      if (!Files.exists(path)) {
        throw new ParameterException(spec.commandLine(), "no such file or directory: " + path);
      }
    }
    if (keep != null && isTaken(keep)) {
      throw new ParameterException(
          spec.commandLine(), "--keep " + keep + " is not empty; name a new or empty directory");
    }
  }

  /** Feeds that lie there would be collected too. */
  private static boolean isTaken(Path place) {
    String[] entries = place.toFile().list();
    return Files.exists(place) && (entries == null || entries.length > 0);
  }

  private boolean run(Path data, TrialFeeds feeds)
      throws IOException, InterruptedException, SQLException {
    Optional<ExpectedCounts> counts =
        expected == null ? Optional.empty() : Optional.of(ExpectedCounts.read(expected));
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    Standalone started = Standalone.start(deployment(data));
    standalone.set(started);
    LedgerSchema.migrate(started.warehouse());
    try (Connection warehouse = started.warehouse().getConnection()) {
      TrialResults results = new TrialResults(warehouse);
      results.await(feeds.trials().size(), patience);
      Path shown = base.toAbsolutePath().normalize();
      return new TrialReport(feeds.trials(), results, counts, shown, out).print();
    }
  }

  /** Nobody talks to it over HTTP, and its sources are never touched. */
  static Deployment deployment(Path data) {
    return Deployment.at(PlaceOptions.in(data))
        .with(Map.of("logging.level.root", "WARN", "spring.main.web-application-type", "none"))
        .with(KeepSources.class);
  }

  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      try (Stream<Path> below = Files.walk(path)) {
        below.filter(Files::isRegularFile).sorted().forEach(files::add);
      }
    }
    return files;
  }

  static void deleteAll(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> below = Files.walk(directory)) {
      for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      System.err.println("could not delete " + directory + ": " + e.getMessage());
    }
  }
}
