package io.sluice.handler.work;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.catalog.Catalog;
import io.sluice.core.catalog.Dimensions;
import io.sluice.core.chunk.ChunkReader;
import io.sluice.core.chunk.Segment;
import io.sluice.core.chunk.UsedIds;
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
import io.sluice.core.staging.PackWriter;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.Stagings;
import io.sluice.core.work.Batches;
import io.sluice.core.work.Checksum;
import io.sluice.core.work.RawPlace;
import io.sluice.core.work.StageProtocol;
import io.sluice.core.work.StageTask;
import io.sluice.core.work.Waiting;
import io.sluice.core.work.Work;
import io.sluice.testkit.EmbeddedDatabase;
import io.sluice.testkit.OneConnectionEach;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * A handler with a real ledger and staging, and a loader of few words that copies what it staged.
 */
final class HandleFixture implements AutoCloseable {

  static final Instant NOW = Instant.parse("2026-03-10T10:00:00Z");
  static final int ATTEMPTS = 2;
  private static final long NO_PACK = 1;
  private static final StageProtocol.Settings LIMITS =
      new StageProtocol.Settings(Duration.ofMinutes(2), ATTEMPTS, Duration.ZERO);

  final EmbeddedDatabase.Database database =
      EmbeddedDatabase.shared().createDatabase("ledger", LedgerSchema::migrate);
  private final HikariDataSource pool = pool(database);
  final Transactions transactions = new Transactions(OneConnectionEach.of(pool));
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final Map<String, Feed> feeds = new HashMap<>();
  final List<WorkMessage> published = new ArrayList<>();
  final List<WorkMessage> dead = new ArrayList<>();
  final Staging staging;
  final HandleTask task;
  final StageProtocol protocol;
  private final FileIntake intake;
  private final Set<String> crashing = ConcurrentHashMap.newKeySet();

  /** A file by its path; without content it is never staged. */
  static final class Given {
    private final String path;
    private final byte[] content;

    Given(String path, byte[] content) {
      this.path = path;
      this.content = content;
    }

    Given(String path, String content) {
      this(path, content.getBytes(StandardCharsets.UTF_8));
    }
  }

  HandleFixture(Path directory) throws IOException {
    this(directory, HandleSettings.defaults(directory));
  }

  HandleFixture(Path directory, HandleSettings settings) throws IOException {
    staging = Stagings.open(StagingSettings.of(directory.resolve("staging").toUri()));
    intake =
        new FileIntake(
            transactions,
            new LedgerPartitions(transactions),
            Clock.fixed(NOW, ZoneOffset.UTC),
            Duration.ofDays(30));
    task = task(settings);
    protocol = protocol(task);
  }

  /** Another handler on the same ledger and staging. */
  HandleTask task(HandleSettings settings) {
    return new HandleTask(
        name -> Optional.ofNullable(feeds.get(name)),
        new HandleLedger(transactions),
        new Catalog(transactions),
        new Dimensions(transactions),
        crashing(),
        new StageMetrics(meters, Stage.HANDLE),
        settings,
        LIMITS,
        Clock.fixed(NOW, ZoneOffset.UTC));
  }

  /** The staging in which reading some packs fails as only a bug would. */
  private Staging crashing() {
    return (Staging)
        Proxy.newProxyInstance(
            Staging.class.getClassLoader(),
            new Class<?>[] {Staging.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("open") && crashing.contains(arguments[0])) {
                throw new IllegalStateException("a bug");
              }
              try {
                return method.invoke(staging, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Whoever reads the pack of this file crashes. */
  void crash(Feed feed, long id) {
    long pack = number("select pack from sluice.work where file_id = " + id);
    crashing.add(StagingKeys.raw(feed.name(), pack));
  }

  StageProtocol protocol(StageTask work) {
    return new StageProtocol(
        Stage.HANDLE,
        work,
        transactions,
        new Publisher(),
        new StageMetrics(meters, Stage.HANDLE),
        LIMITS,
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
    config.setDataSource(database.newSessions());
    config.setMaximumPoolSize(6);
    config.setMinimumIdle(0);
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

  /** Finds, stages and handles a file alone; returns its id. */
  long handle(Feed feed, String path, byte[] content) throws IOException {
    List<Long> ids = stage(feed, List.of(new Given(path, content)));
    protocol.work(cut(feed, ids), false);
    return ids.get(0);
  }

  long handle(Feed feed, String path, String content) throws IOException {
    return handle(feed, path, content.getBytes(StandardCharsets.UTF_8));
  }

  /** The same with several files in one batch. */
  List<Long> handle(Feed feed, List<Given> files) throws IOException {
    List<Long> ids = stage(feed, files);
    protocol.work(cut(feed, ids), false);
    return ids;
  }

  /** Finds files and fetches them into one pack; their ids. */
  List<Long> stage(Feed feed, List<Given> files) throws IOException {
    long token = number("select sluice.new_token()");
    List<Long> ids = new ArrayList<>();
    List<Work.Fetched> fetched = new ArrayList<>();
    try (PackWriter pack = new PackWriter(staging, feed.name(), token)) {
      for (Given file : files) {
        long id = found(feed, file.path, file.content == null ? 10 : file.content.length);
        ids.add(id);
        RawPlace place = new RawPlace(file.content == null ? NO_PACK : token, pack.position());
        if (file.content != null) {
          pack.write(file.content, 0, file.content.length);
        }
        fetched.add(new Work.Fetched(id, Checksum.of(Checksum.digest().digest()), place));
      }
      pack.commit();
    }
    transactions.ledger(
        c -> {
          Work.fetched(c, fetched);
          return null;
        });
    return ids;
  }

  /** The fetch stages a file again, to a place where staging does not have it. */
  void fetchedAgain(long id) {
    Checksum checksum = Checksum.of(Checksum.digest().digest());
    transactions.ledger(
        c -> {
          Work.fetched(c, List.of(new Work.Fetched(id, checksum, new RawPlace(NO_PACK, 0))));
          return null;
        });
  }

  private long found(Feed feed, String path, long size) {
    long version = number("select count(*) from sluice.file where path = '" + path + "'");
    intake.offer(
        feed.name(),
        List.of(new FoundFile("ems1", path, size, NOW.plusSeconds(version), null)),
        f -> false,
        false);
    return number("select max(id) from sluice.file where path = '" + path + "'");
  }

  /** One batch of files that wait to be handled. */
  WorkMessage cut(Feed feed, List<Long> ids) {
    return transactions.ledger(
        c -> {
          List<Waiting> waiting =
              Work.waiting(c, Stage.HANDLE, false, List.of(feed.name()), List.of(), 100_000)
                  .stream()
                  .filter(file -> ids.contains(file.fileId()))
                  .toList();
          return Batches.cut(c, Stage.HANDLE, false, List.of(new Batches.Cut(feed.name(), waiting)))
              .get(0);
        });
  }

  /** A chunk as it was staged. */
  private ChunkReader chunk(Feed feed, long token, int number) throws IOException {
    return new ChunkReader(staging.open(StagingKeys.chunk(feed.name(), token, number)));
  }

  private int chunks(WorkMessage load) {
    return (int) number("select chunks from sluice.batch where id = " + load.batch());
  }

  private long token(WorkMessage load) {
    return number("select chunk from sluice.batch where id = " + load.batch());
  }

  /** Heads of all segments published, in order. */
  List<Segment> segments(Feed feed) throws IOException {
    List<Segment> heads = new ArrayList<>();
    for (WorkMessage message : published) {
      for (int n = 0; n < chunks(message); n++) {
        try (ChunkReader chunk = chunk(feed, token(message), n)) {
          for (Segment head = chunk.next(); head != null; head = chunk.next()) {
            heads.add(head);
          }
        }
      }
    }
    return heads;
  }

  /** What ids the chunks published say they use. */
  List<UsedIds> usedIds(Feed feed) throws IOException {
    List<UsedIds> used = new ArrayList<>();
    for (WorkMessage message : published) {
      for (int n = 0; n < chunks(message); n++) {
        try (ChunkReader chunk = chunk(feed, token(message), n)) {
          while (chunk.next() != null) {}
          used.addAll(chunk.ids());
        }
      }
    }
    return used;
  }

  /** The fields that each row published lacks, in merge mode. */
  List<String> lacking(Feed feed) throws IOException {
    List<String> lacking = new ArrayList<>();
    for (WorkMessage message : published) {
      for (int n = 0; n < chunks(message); n++) {
        try (ChunkReader chunk = chunk(feed, token(message), n)) {
          for (Segment head = chunk.next(); head != null; head = chunk.next()) {
            byte[] payload = chunk.payload();
            byte[] presence = Arrays.copyOfRange(payload, (int) head.bytes(), payload.length);
            for (int row = 0; row < head.rows() && head.tableId() != Segment.REJECTS; row++) {
              lacking.add(lacking(head, presence, row));
            }
          }
        }
      }
    }
    return lacking;
  }

  private static String lacking(Segment head, byte[] presence, int row) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < head.columns().size() && head.presence() > 0; i++) {
      if ((presence[row * head.presence() + i / 8] >> (i % 8) & 1) == 0) {
        fields.add(head.columns().get(i).name());
      }
    }
    return String.join(" ", fields);
  }

  /** Copies all published segments into plain tables of their columns. */
  void load(Feed feed) throws IOException {
    for (WorkMessage message : published) {
      for (int n = 0; n < chunks(message); n++) {
        try (ChunkReader chunk = chunk(feed, token(message), n)) {
          for (Segment head = chunk.next(); head != null; head = chunk.next()) {
            copy(message, head, new ByteArrayInputStream(chunk.payload()));
          }
        }
      }
    }
    published.clear();
  }

  /** Files that are not in the batch any more are left out, as the loader does. */
  private void copy(WorkMessage message, Segment head, InputStream payload) throws IOException {
    List<String> files = column("select file_id from sluice.work where batch = " + message.batch());
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    long rows = 0;
    for (Segment.Run run : head.runs()) {
      byte[] bytes = payload.readNBytes((int) run.bytes());
      if (files.contains(String.valueOf(run.fileId()))) {
        kept.write(bytes);
        rows += run.rows();
      }
    }
    if (payload.readAllBytes().length != head.rows() * head.presence()) {
      throw new AssertionError("the runs of a segment do not fill it");
    }
    copy(head, rows, new ByteArrayInputStream(kept.toByteArray()));
  }

  private void copy(Segment head, long expected, InputStream payload) {
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
            if (rows != expected) {
              throw new AssertionError(rows + " rows copied, the runs say " + expected);
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
    protocol.close();
    task.close();
    staging.close();
    pool.close();
  }
}
