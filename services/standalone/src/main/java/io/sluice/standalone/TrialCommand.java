package io.sluice.standalone;

import io.sluice.core.ledger.LedgerSchema;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
    sortOptions = false,
    description = {
      "Loads each file below the given paths by a feed and into a schema of its own, in a"
          + " warehouse that is thrown away, and prints what became of each: loaded or rejected,"
          + " with counts and reasons.",
      "With --expected it compares what PostgreSQL then holds with a table of counts."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:every file was loaded, or rejected with a reason",
      "1:a file is neither, or differs from what was expected",
      "2:wrong usage"
    })
final class TrialCommand implements Callable<Integer> {

  private static final Set<String> FORMATS = new TreeSet<>(Set.of("3gpp-pm", "csv"));

  private final AtomicReference<Standalone> standalone = new AtomicReference<>();

  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "PATH", description = "Files, or directories of them.")
  private List<Path> paths;

  @Option(
      names = "--format",
      required = true,
      description = "Format of all of them: 3gpp-pm or csv.")
  private String format;

  @Option(
      names = "--expected",
      description = "Tab-separated counts by file, the first column a path relative to --base.")
  private Path expected;

  @Option(names = "--base", description = "What the file names are shown relative to.")
  private Path base = Path.of("");

  @Option(names = "--keep", description = "Keep the data here instead of throwing it away.")
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
  public Integer call() throws IOException, InterruptedException {
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
          spec.commandLine(), "--format is one of " + FORMATS + ", not " + format);
    }
    for (Path path : paths) {
      if (!Files.exists(path)) {
        throw new ParameterException(spec.commandLine(), "there is no file or directory " + path);
      }
    }
  }

  private boolean run(Path data, TrialFeeds feeds) throws IOException, InterruptedException {
    Optional<ExpectedCounts> counts =
        expected == null ? Optional.empty() : Optional.of(ExpectedCounts.read(expected));
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    Standalone started =
        Standalone.start(StandaloneOptions.in(data), Map.of("logging.level.root", "WARN"));
    standalone.set(started);
    LedgerSchema.migrate(started.warehouse());
    TrialResults results = new TrialResults(started.warehouse());
    results.await(feeds.trials().size(), patience);
    Path shown = base.toAbsolutePath().normalize();
    return new TrialReport(feeds.trials(), results, counts, shown, out).print();
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

  private static void deleteAll(Path directory) {
    try (Stream<Path> below = Files.walk(directory)) {
      for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      System.err.println("left behind: " + directory + ": " + e.getMessage());
    }
  }
}
