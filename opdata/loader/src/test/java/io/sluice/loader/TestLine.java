package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.catalog.Catalog;
import io.sluice.core.catalog.Dimensions;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedParser;
import io.sluice.core.feed.FeedTarget.Mode;
import io.sluice.core.ids.FileIds;
import io.sluice.core.ledger.HandleLedger;
import io.sluice.core.ledger.HandleLedger.Handling;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.metric.Metric;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.Stagings;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Batches;
import io.sluice.core.work.Claim;
import io.sluice.core.work.HandledFile;
import io.sluice.core.work.StageProtocol;
import io.sluice.core.work.StageTask;
import io.sluice.core.work.Waiting;
import io.sluice.core.work.Work;
import io.sluice.testkit.EmbeddedDatabase;
import io.sluice.testkit.EmbeddedDatabase.Database;
import io.sluice.testkit.OneConnectionEach;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;

/**
 * Ledger, staging and a small handler of its own, so that the loader is tested with chunks as a
 * handler would stage them.
 */
final class TestLine implements AutoCloseable {

  static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  static final Instant END = Instant.parse("2026-11-20T10:15:00Z");

  /** What a file holds: how it is encoded is the line's handler's. */
  interface Content {

    /** Numbers of the chunks it has a part of are below this. */
    int chunks();

    /** Cells in all of them. */
    long cells();

    /** First and last time, null without. */
    List<Instant> times();
  }

  final Database database =
      EmbeddedDatabase.shared().createDatabase("ledger", LedgerSchema::migrate);
  final HikariDataSource dataSource;
  final Transactions transactions;
  final Staging staging;
  final TestPublisher publisher = new TestPublisher();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final Dimensions dimensions;
  final HandleLedger handles;
  final Catalog catalog;
  private final Map<Long, Content> contents = new HashMap<>();
  private final List<StageProtocol> protocols = new ArrayList<>();
  private final Clock clock = Clock.offset(Clock.systemUTC(), Duration.between(Instant.now(), NOW));
  private final LedgerPartitions ledgerPartitions;
  private final StageProtocol handler;
  Feed feed;
  String group = "NRCellDU";

  TestLine(Path directory, String target) throws IOException {
    this(directory, target, "UTC");
  }

  /**
   * @param sessionZone what the database's sessions have
   */
  TestLine(Path directory, String target, String sessionZone) throws IOException {
    HikariConfig pool = new HikariConfig();
    pool.setConnectionInitSql("set time zone '" + sessionZone + "'");
    pool.setDataSource(database.newSessions());
    pool.setMaximumPoolSize(4);
    pool.setMinimumIdle(0);
    dataSource = new HikariDataSource(pool);
    transactions = new Transactions(OneConnectionEach.of(dataSource));
    staging = Stagings.open(StagingSettings.of(directory.toUri()));
    ledgerPartitions = new LedgerPartitions(transactions);
    dimensions = new Dimensions(transactions);
    catalog = new Catalog(transactions);
    handles = new HandleLedger(transactions);
    handler = protocol(Stage.HANDLE, transactions, this::handle);
    feed = feed(target);
  }

  static Feed feed(String target) {
    return feed(target, "UTC");
  }

  static Feed feed(String target, String zone) {
    return parse(
        """
        feed: pm
        zone: %s
        source:
          directory: {path: "/pm/*.xml"}
          poll: 30s
        format: {3gpp-pm: {}}
        target: %s
        """
            .formatted(zone, target));
  }

  static Feed parse(String yaml) {
    return FeedParser.parse("pm.yaml", yaml)
        .feed()
        .orElseThrow(
            () -> new AssertionError(FeedParser.parse("pm.yaml", yaml).problems().toString()));
  }

  /** A loader of its own, as another replica would be. */
  StageProtocol loader() {
    return loader(quick());
  }

  StageProtocol loader(LoadSettings settings) {
    return loader(transactions, settings);
  }

  StageProtocol loader(Transactions others, LoadSettings settings) {
    LoadTask task =
        new LoadTask(
            others,
            staging,
            name -> Optional.of(feed).filter(f -> f.name().equals(name)),
            new StageMetrics(meters, Stage.LOAD),
            settings,
            clock);
    return protocol(Stage.LOAD, others, task);
  }

  private StageProtocol protocol(Stage stage, Transactions others, StageTask task) {
    StageProtocol protocol =
        new StageProtocol(
            stage,
            task,
            others,
            publisher,
            new StageMetrics(meters, stage),
            new StageProtocol.Settings(Duration.ofMinutes(2), 5, Duration.ZERO),
            Clock.systemUTC());
    protocols.add(protocol);
    return protocol;
  }

  static LoadSettings quick() {
    return new LoadSettings(
        Duration.ofMillis(300), Duration.ofMillis(500), 2, Duration.ofMillis(10), 2, 100);
  }

  /** A new file that waits for its handler. */
  long found(String path, int version, Content content) {
    Instant mtime = END.plusSeconds(60L + version);
    ledgerPartitions.ensure(List.of(FileIds.day(mtime)));
    Work.Found file =
        new Work.Found(
            FileIds.day(mtime),
            FileIds.pathKey(feed.name(), "localhost", path),
            "localhost",
            path,
            100,
            mtime,
            END,
            false);
    transactions.ledger(c -> Work.found(c, feed.name(), List.of(file), false));
    sql("update sluice.work set stage = 'handle' where stage = 'fetch'");
    long id =
        number(
            "select max(id) from sluice.file where path = '%s' and mtime = '%s'"
                .formatted(path, mtime));
    contents.put(id, content);
    return id;
  }

  /** A new file of the usual format. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  final long file(String path, int version, List<PmContent.Row>... chunks) {
    return found(path, version, new PmContent(group, Arrays.asList(chunks)));
  }

  void now(long file, Content content) {
    contents.put(file, content);
  }

  /** Another content under an id, for a replay. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  final void now(long file, List<PmContent.Row>... chunks) {
    contents.put(file, new PmContent(group, Arrays.asList(chunks)));
  }

  /** Gives closed files back to the handler, as a replay does. */
  void replay(long... files) {
    sql(
        """
        insert into sluice.work (file_id, feed, host, path, size, mtime, stage, state, bulk, period, handling, read,
          loaded, collapsed, replaced, rejected, dead, conflicts, rows, tables, table_rows, unit, first_time,
          last_time)
        select id, feed, host, path, size, mtime, 'handle', 'waiting', false, period, handling, read, loaded, collapsed,
          replaced, rejected, dead, conflicts, rows, tables, table_rows, unit, first_time, last_time
        from sluice.file where id in (%s)
        """
            .formatted(String.join(", ", Arrays.stream(files).mapToObj(Long::toString).toList())));
  }

  /** What the dispatcher does: all files that may be picked, together; failed ones alone. */
  private List<WorkMessage> dispatch() {
    return transactions.ledger(
        c -> {
          List<Waiting> waiting =
              Work.waiting(c, Stage.HANDLE, false, List.of(feed.name()), List.of(), 10_000);
          List<Waiting> together = new ArrayList<>();
          List<Batches.Cut> cuts = new ArrayList<>();
          for (Waiting file : waiting) {
            if (file.attempts() == 0) {
              together.add(file);
            } else {
              cuts.add(new Batches.Cut(feed.name(), List.of(file)));
            }
          }
          if (!together.isEmpty()) {
            cuts.add(0, new Batches.Cut(feed.name(), together));
          }
          return cuts.isEmpty()
              ? List.<WorkMessage>of()
              : Batches.cut(c, Stage.HANDLE, false, cuts);
        });
  }

  /**
   * Handles what waits.
   *
   * @return messages for the loader
   */
  List<WorkMessage> handleAll() {
    List<WorkMessage> messages = dispatch();
    publisher.published.clear();
    messages.forEach(message -> handler.work(message, false));
    return publisher.published.stream().filter(m -> m.stage() == Stage.LOAD).toList();
  }

  /** The same where there is one batch, or nothing to load. */
  Optional<WorkMessage> handled() {
    List<WorkMessage> messages = handleAll();
    assertThat(messages).hasSizeLessThan(2);
    return messages.stream().findFirst();
  }

  /** Handles and loads what waits now. */
  void load(StageProtocol loader) {
    List<WorkMessage> messages = handleAll();
    assertThat(messages).isNotEmpty();
    messages.forEach(message -> loader.work(message, false));
  }

  /** The same again and again, until nothing is in flight or parked. */
  void loadUntilDone(StageProtocol loader) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              handleAll().forEach(message -> loader.work(message, false));
              return number("select count(*) from sluice.work") == 0;
            });
  }

  private StageTask.Result handle(Claim claim) {
    catalog.atEpoch(claim.epoch());
    dimensions.atEpoch(claim.epoch());
    try {
      int chunks = 0;
      for (BatchFile file : claim.files()) {
        chunks = Math.max(chunks, contents.get(file.id()).chunks());
      }
      for (int chunk = 0; chunk < chunks; chunk++) {
        byte[] bytes = new ChunkEncoder(this, claim, chunk).encode(contents);
        staging.put(
            StagingKeys.chunk(claim.feed(), claim.token(), chunk), new ByteArrayInputStream(bytes));
      }
      Handling handling =
          new Handling(
              claim.files().stream().map(f -> handledFile(f.id())).toList(),
              List.of(),
              List.of(),
              List.of(),
              chunks);
      HandleLedger.Recorded recorded =
          handles.record(claim, handling, feed.target().mode() == Mode.APPEND, feed.zone());
      return new StageTask.Result(Map.of(), recorded.next().stream().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HandledFile handledFile(long id) {
    Content content = contents.get(id);
    String unit = content instanceof PmContent ? "cell" : "row";
    Instant first = content.times().get(0);
    Instant last = content.times().get(1);
    return new HandledFile(id, unit, content.cells(), 0, 0, 0, "gNB-1", first, last, null);
  }

  String tableName(int tableId) {
    return text("select table_name from sluice.target_table where id = " + tableId);
  }

  static long micros(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }

  void sql(String... statements) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new AssertionError(Arrays.toString(statements), e);
    }
  }

  /** The first column of every row, as text. */
  List<String> texts(String sql) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
  }

  String text(String sql) {
    List<String> texts = texts(sql);
    return texts.isEmpty() ? null : texts.get(0);
  }

  long number(String sql) {
    return Long.parseLong(text(sql));
  }

  /** state: loaded+collapsed+replaced+rejected+dead+pending=read, exact. */
  String counts(long fileId) {
    return text(
        """
        select state || ': ' || loaded || '+' || collapsed || '+' || replaced || '+' || rejected || '+' || dead
               || '+' || pending || '=' || read || case when exact then ', exact' else ', NOT EXACT' end
        from sluice.reconciliation where file_id = %d
        """
            .formatted(fileId));
  }

  /** Files that the loaders counted under a metric. */
  double counted(Metric metric) {
    return meters.get(metric.meter()).tags("stage", "load").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  <T> T ledger(Transactions.Body<T> body) {
    return transactions.ledger(body);
  }

  /** Where a file in flight stands: stage, state, reason. */
  String work(long fileId) {
    return text(
        "select stage || ' ' || state || ' ' || coalesce(reason, '-') from sluice.work where file_id = "
            + fileId);
  }

  void exact() {
    assertThat(texts("select distinct exact from sluice.reconciliation")).containsExactly("t");
    assertThat(number("select count(*) from sluice.work")).isZero();
    assertThat(number("select count(*) from sluice.batch")).isZero();
  }

  @Override
  public void close() {
    protocols.forEach(StageProtocol::close);
    staging.close();
    dataSource.close();
  }
}
