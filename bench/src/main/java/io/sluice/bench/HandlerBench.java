package io.sluice.bench;

import io.sluice.core.ledger.FileIntake;
import io.sluice.core.ledger.FoundFile;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.PackWriter;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.Stagings;
import io.sluice.core.work.Checksum;
import io.sluice.core.work.RawPlace;
import io.sluice.core.work.Work;
import io.sluice.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** What the handler alone does with staged files, in a JVM with little memory. */
final class HandlerBench {
  private static final String FEED_NAME = "bench";
  private static final Duration KEEP = Duration.ofDays(30);

  /**
   * One run.
   *
   * @param cells the handler read
   * @param processor time of all processors, the JVM's start and compilers included
   */
  record Result(long cells, Duration took, Duration processor) {}

  private final Path root;
  private final EmbeddedPostgres postgres;
  private final Path directory;
  private final String heap;

  /**
   * A bench.
   *
   * @param root of the project
   * @param directory for staging
   * @param heap as in {@code -Xmx}, e.g. {@code 256m}
   */
  HandlerBench(Path root, EmbeddedPostgres postgres, Path directory, String heap) {
    this.root = root;
    this.postgres = postgres;
    this.directory = directory;
    this.heap = heap;
  }

  /** Handles all files below {@code files}. */
  Result run(Path files) throws IOException, SQLException, InterruptedException {
    String name = "bench_" + UUID.randomUUID().toString().replace('-', '_');
    postgres.createDatabase(name);
    DataSource database = postgres.dataSource(name);
    LedgerSchema.migrate(database);
    Path staging = Files.createTempDirectory(directory, "staging-");
    Path feed = directory.resolve(name + ".yaml");
    Files.writeString(feed, FeedText.of(FEED_NAME, "Handler alone").text(files));
    stage(database, staging, files);
    String[] said = handle(name, staging, feed).strip().split(" ", -1);
    return new Result(
        new Ledger(database).number("select coalesce(sum(read), 0)::bigint from sluice.work"),
        Duration.ofMillis(Long.parseLong(said[0])),
        Duration.ofMillis(Long.parseLong(said[1])));
  }

  private static void stage(DataSource database, Path directory, Path files)
      throws IOException, SQLException {
    Transactions transactions = new Transactions(database);
    FileIntake intake =
        new FileIntake(transactions, new LedgerPartitions(transactions), Clock.systemUTC(), KEEP);
    intake.offer(FEED_NAME, found(files), file -> false, false);
    Ledger ledger = new Ledger(database);
    long token = ledger.number("select sluice.new_token()");
    StagingSettings settings = StagingSettings.of(directory.toUri());
    try (Staging staging = Stagings.open(settings);
        PackWriter pack = new PackWriter(staging, FEED_NAME, token)) {
      List<Work.Fetched> staged = new ArrayList<>();
      for (String path : ledger.strings("select path from sluice.file")) {
        long id = ledger.number("select id from sluice.file where path = '" + path + "'");
        RawPlace place = new RawPlace(token, pack.position());
        try (InputStream in = Files.newInputStream(Path.of(path))) {
          pack.write(in);
        }
        staged.add(new Work.Fetched(id, new Checksum("00"), place));
      }
      pack.commit();
      transactions.ledger(c -> Work.foundStaged(c, staged));
      // which is to be fetched; here nobody fetches
      transactions.ledger(c -> Sql.update(c, "update sluice.work set stage = 'handle'"));
    }
  }

  private static List<FoundFile> found(Path directory) throws IOException {
    List<FoundFile> found = new ArrayList<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        var modified = Files.getLastModifiedTime(file).toInstant();
        found.add(new FoundFile("localhost", file.toString(), Files.size(file), modified, null));
      }
    }
    return found;
  }

  private String handle(String database, Path staging, Path feed)
      throws IOException, InterruptedException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    ProcessBuilder builder =
        new ProcessBuilder(
                java.toString(),
                "-Xmx" + heap,
                Programs.options(root),
                "-cp",
                System.getProperty("java.class.path"),
                HandlerAlone.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder
        .environment()
        .putAll(
            Map.of(
                HandlerAlone.URL, postgres.jdbcUrl(database),
                HandlerAlone.USER, EmbeddedPostgres.USER,
                HandlerAlone.PASSWORD, postgres.password(),
                HandlerAlone.STAGING, staging.toUri().toString(),
                HandlerAlone.FEED, feed.toString()));
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(
          "the handler ended with exit code %d; 3 means that %s were not enough: %s"
              .formatted(process.exitValue(), heap, said));
    }
    return said;
  }
}
