package io.sluice.getter;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedParser;
import io.sluice.core.feed.Feeds;
import io.sluice.core.ledger.FileCloser;
import io.sluice.core.ledger.FileIntake;
import io.sluice.core.ledger.Leases;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.Stagings;
import io.sluice.getter.dispatch.DispatchSettings;
import io.sluice.getter.dispatch.Dispatcher;
import io.sluice.getter.fetch.FetchSettings;
import io.sluice.getter.fetch.FetchWorker;
import io.sluice.getter.scan.ScanResult;
import io.sluice.getter.scan.Scanner;
import io.sluice.getter.settle.SettleWorker;
import io.sluice.getter.source.Source;
import io.sluice.getter.source.Sources;
import io.sluice.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A getter with a real ledger, a real staging directory and queues to look into. */
public final class GetterFixture implements AutoCloseable {

  private static final String FEED =
      """
      feed: pm
      source:
        directory: {path: "%s/in/**/*"}
        poll: 1s
        stable: 5s
        since: 30d
        after: %s
        checksum: true
        sameContent: duplicate
      format: {3gpp-pm: {}}
      target: {table: "pm.{measInfoId}", mode: merge}
      """;

  public final Path dir;
  public final Path in;
  public final SettableClock clock = new SettableClock(Instant.now());
  public final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  public final RecordingPublisher queues = new RecordingPublisher();
  public final Transactions transactions;
  public final FileIntake intake;
  public final Staging staging;
  public final Sources sources = new Sources();
  public final Leases leases;
  public final Scanner scanner;
  public Feeds feeds = new Feeds(Map.of(), Instant.EPOCH);

  public GetterFixture(Path dir) throws IOException {
    this(dir, StagingSettings.UNLIMITED);
  }

  public GetterFixture(Path dir, long stagingLimit) throws IOException {
    this.dir = dir;
    this.in = Files.createDirectories(dir.resolve("in"));
    EmbeddedDatabase.Database database = EmbeddedDatabase.shared().createDatabase();
    LedgerSchema.migrate(database.dataSource());
    transactions = new Transactions(database.dataSource());
    intake =
        new FileIntake(
            transactions, new LedgerPartitions(transactions), clock, Duration.ofDays(60));
    staging =
        Stagings.open(
            new StagingSettings(dir.resolve("staging").toUri(), stagingLimit, 0, null), clock);
    leases = new Leases(transactions, "test");
    scanner = new Scanner(leases, transactions, intake, clock, registry);
    Files.createDirectories(dir.resolve("tmp"));
  }

  /** Puts the usual feed into effect, with what happens to its files in the end. */
  public Feed feed(String after) throws IOException {
    return yaml(FEED.formatted(dir, after));
  }

  /** Puts one feed into effect. */
  public Feed yaml(String yaml) throws IOException {
    var result = FeedParser.parse(Files.writeString(dir.resolve("feed.yaml"), yaml));
    if (!result.problems().isEmpty()) {
      throw new AssertionError(result.problems().toString());
    }
    Feed feed = result.feed().orElseThrow();
    feeds = new Feeds(Map.of(feed.name(), feed), Instant.EPOCH);
    return feed;
  }

  public FetchWorker fetcher() {
    return new FetchWorker(
        () -> feeds,
        sources,
        staging,
        transactions,
        queues,
        new StageMetrics(registry, Stage.FETCH),
        clock,
        FetchSettings.in(dir.resolve("tmp")));
  }

  public SettleWorker settler() {
    StageMetrics metrics = new StageMetrics(registry, Stage.SETTLE);
    return new SettleWorker(() -> feeds, sources, transactions, queues, metrics, clock);
  }

  public Dispatcher dispatcher() {
    return new Dispatcher(
        () -> feeds, leases, transactions, queues, staging, DispatchSettings.DEFAULTS);
  }

  /** Scans all hosts of the feed as if its poll had just passed. */
  public Optional<ScanResult> scan() throws IOException {
    Optional<ScanResult> last = Optional.empty();
    execute("update sluice.scan set last_at = null");
    for (Feed feed : feeds.all()) {
      for (Source source : sources.of(feed)) {
        last = scanner.scan(feed, source);
      }
    }
    return last;
  }

  /** Scans, dispatches and fetches all there is. */
  public void line() throws IOException {
    scan();
    fetchAll();
  }

  public void fetchAll() {
    execute("update sluice.work set not_before = '-infinity' where stage = 'fetch'");
    dispatcher().run();
    for (WorkMessage message : queues.take(Stage.FETCH)) {
      fetcher().fetch(message, false);
    }
  }

  public void settleAll() {
    for (WorkMessage message : queues.take(Stage.SETTLE)) {
      settler().settle(message, false);
    }
  }

  /** What handler and loader do to the ledger, for every file that waits for the handler. */
  public void loadAll() {
    for (WorkMessage message : queues.take(Stage.HANDLE)) {
      queues.publish(
          transactions.durable(c -> FileCloser.finishLoaded(c, List.of(message.fileId()))));
    }
  }

  public Path write(String name, String content) throws IOException {
    return write(name, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a file that has not changed for a minute. */
  public Path write(String name, byte[] content) throws IOException {
    Path file = in.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    return touch(file, clock.instant().minusSeconds(60));
  }

  public static Path touch(Path file, Instant time) throws IOException {
    return Files.setLastModifiedTime(file, FileTime.from(time));
  }

  /** State, or stage and state, of each file by path: {@code a.xml loaded}. */
  public List<String> states() {
    return column(
        "select replace(path, '"
            + in
            + "/', '') || ' ' || state from sluice.file_status order by found_at, id");
  }

  public String reason(String name) {
    return text(
        "select reason from sluice.file_status where path = '" + in + "/" + name + "' limit 1");
  }

  public String staged(String name) throws IOException {
    String key =
        text(
            "select 'raw/' || feed || '/' || to_char(found_at at time zone 'utc', 'YYYYMMDD/HH24') || '/' || id"
                + " from sluice.file where path = '"
                + in
                + "/"
                + name
                + "' order by mtime desc limit 1");
    try (InputStream stream = staging.open(key)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  public double count(String name, String... tags) {
    return registry.find(name).tags(tags).counters().stream().mapToDouble(c -> c.count()).sum();
  }

  public void execute(String sql) {
    transactions.ledger(
        c -> {
          try (PreparedStatement statement = c.prepareStatement(sql)) {
            return statement.execute();
          }
        });
  }

  public String text(String sql) {
    List<String> rows = column(sql);
    return rows.isEmpty() ? null : rows.get(0);
  }

  public List<String> column(String sql) {
    return transactions.ledger(
        c -> {
          try (PreparedStatement query = c.prepareStatement(sql);
              ResultSet rows = query.executeQuery()) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
              values.add(rows.getString(1));
            }
            return values;
          }
        });
  }

  @Override
  public void close() {
    sources.close();
    staging.close();
  }
}
