package io.sluice.getter;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedParser;
import io.sluice.core.feed.Feeds;
import io.sluice.core.ledger.FileIntake;
import io.sluice.core.ledger.Leases;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Packs;
import io.sluice.core.staging.StagedObject;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.Stagings;
import io.sluice.core.work.Batches;
import io.sluice.core.work.Claim;
import io.sluice.core.work.FileCloser;
import io.sluice.core.work.StageProtocol;
import io.sluice.core.work.StageTask;
import io.sluice.core.work.Waiting;
import io.sluice.core.work.Work;
import io.sluice.getter.dispatch.DispatchSettings;
import io.sluice.getter.dispatch.Dispatcher;
import io.sluice.getter.fetch.FetchSettings;
import io.sluice.getter.fetch.FetchTask;
import io.sluice.getter.scan.ScanResult;
import io.sluice.getter.scan.Scanner;
import io.sluice.getter.settle.SettleTask;
import io.sluice.getter.source.Source;
import io.sluice.getter.source.Sources;
import io.sluice.testkit.EmbeddedDatabase;
import io.sluice.testkit.OneConnectionEach;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
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
    EmbeddedDatabase.Database database =
        EmbeddedDatabase.shared().createDatabase("ledger", LedgerSchema::migrate);
    transactions = new Transactions(OneConnectionEach.of(database.dataSource()));
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

  /** The usual feed, with its files somewhere else. */
  public String yamlOf(Path elsewhere) {
    return FEED.formatted(elsewhere, "keep");
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

  public StageProtocol fetcher() {
    StageMetrics metrics = new StageMetrics(registry, Stage.FETCH);
    FetchSettings settings = FetchSettings.in(dir.resolve("tmp"));
    return stage(
        Stage.FETCH,
        new FetchTask(() -> feeds, sources, staging, transactions, metrics, clock, settings));
  }

  public StageProtocol settler() {
    return stage(
        Stage.SETTLE,
        new SettleTask(
            () -> feeds,
            sources,
            transactions,
            StageProtocol.Settings.DEFAULTS,
            Duration.ofSeconds(30)));
  }

  /** A stage that does what the task says. */
  public StageProtocol stage(Stage stage, StageTask task) {
    return new StageProtocol(
        stage,
        task,
        transactions,
        queues,
        new StageMetrics(registry, stage),
        StageProtocol.Settings.DEFAULTS,
        clock);
  }

  /** One that waits for no further files. */
  public Dispatcher dispatcher() {
    DispatchSettings d = DispatchSettings.DEFAULTS;
    return dispatcher(
        new DispatchSettings(
            d.inFlight(), d.behind(), d.files(), d.bytes(), Duration.ZERO, d.perHost()));
  }

  public Dispatcher dispatcher(DispatchSettings settings) {
    return new Dispatcher(() -> feeds, leases, transactions, queues, staging, settings);
  }

  /** Cuts all that waits for a stage into one batch, whatever the dispatcher would do. */
  public WorkMessage cut(Stage stage) {
    return transactions.ledger(
        c -> {
          List<Waiting> files =
              Work.waiting(c, stage, false, feeds.byName().keySet(), List.of(), 1_000);
          return Batches.cut(c, stage, false, List.of(new Batches.Cut(files.get(0).feed(), files)))
              .get(0);
        });
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
      fetcher().work(message, false);
    }
  }

  public void settleAll() {
    dispatcher().run();
    for (WorkMessage message : queues.take(Stage.SETTLE)) {
      settler().work(message, false);
    }
  }

  /** What handler and loader do to the ledger, for every file that waits for the handler. */
  public void loadAll() {
    dispatcher().run();
    for (WorkMessage message : queues.take(Stage.HANDLE)) {
      stage(Stage.HANDLE, this::load).work(message, false);
    }
  }

  private StageTask.Result load(Claim claim) {
    return transactions.durable(
        c -> {
          FileCloser.finishLoaded(c, List.copyOf(Batches.lock(c, claim)));
          Batches.end(c, claim);
          return new StageTask.Result(Map.of(), List.of());
        });
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

  public void deleteStaged(String prefix) throws IOException {
    staging.delete(staging.list(prefix).stream().map(StagedObject::key).toList());
  }

  public String staged(String name) throws IOException {
    return transactions
        .ledger(
            c ->
                Sql.first(
                    c,
                    "select feed, pack, pack_offset, size from sluice.file_status where path = ?"
                        + " order by mtime desc limit 1",
                    row -> read(row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4)),
                    in + "/" + name))
        .orElseThrow();
  }

  private String read(String feed, long pack, long offset, long size) {
    try (InputStream in = Packs.open(staging, StagingKeys.raw(feed, pack), offset, size)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public double count(String name, String... tags) {
    return registry.find(name).tags(tags).counters().stream().mapToDouble(c -> c.count()).sum();
  }

  public void execute(String sql) {
    transactions.ledger(
        c -> {
          Sql.execute(c, sql);
          return null;
        });
  }

  public String text(String sql) {
    List<String> rows = column(sql);
    return rows.isEmpty() ? null : rows.get(0);
  }

  public List<String> column(String sql) {
    return transactions.ledger(c -> Sql.list(c, sql, row -> row.getString(1)));
  }

  @Override
  public void close() {
    sources.close();
    staging.close();
  }
}
