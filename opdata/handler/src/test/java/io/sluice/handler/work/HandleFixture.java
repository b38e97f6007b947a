package io.sluice.handler.work;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.catalog.Catalog;
import io.sluice.core.catalog.Dimensions;
import io.sluice.core.chunk.ChunkReader;
import io.sluice.core.chunk.Segment;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedParser;
import io.sluice.core.feed.FeedResult;
import io.sluice.core.ledger.FileIntake;
import io.sluice.core.ledger.FoundFile;
import io.sluice.core.ledger.HandleLedger;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.Stagings;
import io.sluice.testkit.EmbeddedDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * A handler with a real ledger and staging, and a loader of few words that copies what it staged.
 */
final class HandleFixture implements AutoCloseable {

  static final Instant NOW = Instant.parse("2026-03-10T10:00:00Z");

  final EmbeddedDatabase.Database database = EmbeddedDatabase.shared().createDatabase();
  private final HikariDataSource pool = pool(database);
  final Transactions transactions = new Transactions(pool);
  final HandleLedger ledger = new HandleLedger(transactions, Duration.ofMinutes(2));
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final Map<String, Feed> feeds = new HashMap<>();
  final List<WorkMessage> published = new ArrayList<>();
  final List<WorkMessage> dead = new ArrayList<>();
  final Staging staging;
  final HandleWorker worker;
  private final FileIntake intake;

  HandleFixture(Path directory) throws IOException {
    this(directory, HandleSettings.defaults(directory));
  }

  HandleFixture(Path directory, HandleSettings settings) throws IOException {
    LedgerSchema.migrate(database.dataSource());
    staging = Stagings.open(StagingSettings.of(directory.resolve("staging").toUri()));
    intake =
        new FileIntake(
            transactions,
            new LedgerPartitions(transactions),
            Clock.fixed(NOW, ZoneOffset.UTC),
            Duration.ofDays(30));
    worker =
        new HandleWorker(
            name -> Optional.ofNullable(feeds.get(name)),
            ledger,
            new Catalog(transactions),
            new Dimensions(transactions),
            staging,
            new Publisher(),
            new StageMetrics(meters, Stage.HANDLE),
            settings,
            Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private final class Publisher implements WorkPublisher {
    @Override
    public void publish(Collection<WorkMessage> messages) {
      published.addAll(messages);
    }

    @Override
    public void publishDead(WorkMessage message, Failure failure) {
      dead.add(message);
    }

    @Override
    public long depth(String queue) {
      return 0;
    }
  }

  private static HikariDataSource pool(EmbeddedDatabase.Database database) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(database.dataSource());
    config.setMaximumPoolSize(3);
    return new HikariDataSource(config);
  }

  Feed feed(String yaml) {
    FeedResult result = FeedParser.parse("f.yaml", yaml);
    Feed feed = result.feed().orElseThrow(() -> new AssertionError(result.problems().toString()));
    feeds.put(feed.name(), feed);
    return feed;
  }

  /** A feed of measurements into {@code pm.{measInfoId}}. */
  Feed pmFeed(String format, String target) {
    return feed(
        """
        feed: nr-pm
        source: {directory: {path: "/in/*.xml"}}
        format: {3gpp-pm: %s}
        target: {table: "pm.{measInfoId}", time: end_time, key: [end_time, granularity, element, object], %s}
        """
            .formatted(format, target));
  }

  /** Finds, stages and handles a file; returns its id. */
  long handle(Feed feed, String path, byte[] content) throws IOException {
    long id = found(feed, path, content.length);
    stage(feed, id, new ByteArrayInputStream(content));
    worker.handle(message(feed, id), false);
    return id;
  }

  long handle(Feed feed, String path, String content) throws IOException {
    return handle(feed, path, content.getBytes(StandardCharsets.UTF_8));
  }

  static WorkMessage message(Feed feed, long id) {
    return WorkMessage.of(Stage.HANDLE, feed.name(), id, false);
  }

  long found(Feed feed, String path, long size) {
    intake.offer(
        feed.name(), List.of(new FoundFile("ems1", path, size, NOW, null)), f -> false, false);
    long id = number("select max(id) from sluice.file where path = '" + path + "'");
    execute("update sluice.work set stage = 'handle', state = 'queued' where file_id = " + id);
    return id;
  }

  void stage(Feed feed, long id, InputStream content) throws IOException {
    staging.put(rawKey(feed, id), content);
  }

  String rawKey(Feed feed, long id) {
    Instant found =
        Instant.parse(
            text(
                "select to_char(found_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
                    + " from sluice.file_status where id = "
                    + id));
    return StagingKeys.raw(feed.name(), found, id);
  }

  /** Heads of all segments published, in order. */
  List<Segment> segments(Feed feed) throws IOException {
    List<Segment> heads = new ArrayList<>();
    for (WorkMessage message : published) {
      try (ChunkReader chunk = new ChunkReader(staging.open(chunkKey(feed, message)))) {
        for (Segment head = chunk.next(); head != null; head = chunk.next()) {
          heads.add(head);
        }
      }
    }
    return heads;
  }

  /** Copies all published segments into plain tables of their columns. */
  void load(Feed feed) throws IOException {
    for (WorkMessage message : published) {
      try (ChunkReader chunk = new ChunkReader(staging.open(chunkKey(feed, message)))) {
        for (Segment head = chunk.next(); head != null; head = chunk.next()) {
          copy(head, chunk.payload());
        }
      }
    }
    published.clear();
  }

  private String chunkKey(Feed feed, WorkMessage load) {
    return rawKey(feed, load.fileId()).replace("raw/", "chunk/")
        + "-"
        + load.handling()
        + "-"
        + load.chunk();
  }

  private void copy(Segment head, InputStream payload) {
    String table = "\"" + head.schema() + "\".\"" + head.table() + "\"";
    String columns =
        head.columns().stream().map(c -> "\"" + c.name() + "\"").collect(Collectors.joining(", "));
    transactions.durable(
        c -> {
          if (head.tableId() != Segment.REJECTS) {
            try (Statement ddl = c.createStatement()) {
              ddl.execute("create schema if not exists \"" + head.schema() + "\"");
              ddl.execute("create table if not exists " + table + " ()");
              for (var column : head.columns()) {
                ddl.execute(
                    "alter table %s add column if not exists \"%s\" %s"
                        .formatted(table, column.name(), column.type().sql()));
              }
            }
          }
          CopyManager copy = c.unwrap(PGConnection.class).getCopyAPI();
          try {
            long rows =
                copy.copyIn(
                    "copy " + table + " (" + columns + ") from stdin (format binary)",
                    framed(payload));
            if (rows != head.rows()) {
              throw new AssertionError(rows + " rows copied, the head says " + head.rows());
            }
          } catch (IOException e) {
            throw new AssertionError(e);
          }
          return null;
        });
  }

  /** COPY's header and trailer around the rows. */
  private static InputStream framed(InputStream rows) {
    byte[] header = new byte[19];
    System.arraycopy(
        new byte[] {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0},
        0,
        header,
        0,
        11);
    return new SequenceInputStream(
        new SequenceInputStream(new ByteArrayInputStream(header), rows),
        new ByteArrayInputStream(new byte[] {(byte) 0xff, (byte) 0xff}));
  }

  void execute(String sql) {
    transactions.ledger(
        c -> {
          try (Statement statement = c.createStatement()) {
            return statement.execute(sql);
          }
        });
  }

  long number(String sql) {
    return Long.parseLong(text(sql));
  }

  String text(String sql) {
    List<String> rows = column(sql);
    return rows.isEmpty() ? null : rows.get(0);
  }

  List<String> column(String sql) {
    return transactions.ledger(
        c -> {
          try (Statement statement = c.createStatement();
              ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
              values.add(rows.getString(1));
            }
            return values;
          }
        });
  }

  String state(long id) {
    return text("select state from sluice.file_status where id = " + id);
  }

  String reason(long id) {
    return text("select reason from sluice.file_status where id = " + id);
  }

  static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var gzip = new java.util.zip.GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    worker.close();
    staging.close();
    pool.close();
  }
}
