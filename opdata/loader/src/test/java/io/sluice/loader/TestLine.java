package io.sluice.loader;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.catalog.Catalog;
import io.sluice.core.catalog.ColumnKey;
import io.sluice.core.catalog.Dimensions;
import io.sluice.core.catalog.Dimensions.Kind;
import io.sluice.core.catalog.Target;
import io.sluice.core.catalog.TargetColumn;
import io.sluice.core.catalog.TimePartitions;
import io.sluice.core.catalog.ValueKind;
import io.sluice.core.chunk.ChunkWriter;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.core.chunk.Segment;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedParser;
import io.sluice.core.feed.FeedTarget.Mode;
import io.sluice.core.ledger.FileIntake;
import io.sluice.core.ledger.FoundFile;
import io.sluice.core.ledger.HandleClaim;
import io.sluice.core.ledger.HandleLedger;
import io.sluice.core.ledger.HandledFile;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.StagingWriter;
import io.sluice.core.staging.Stagings;
import io.sluice.testkit.EmbeddedDatabase;
import io.sluice.testkit.EmbeddedDatabase.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Ledger, staging and a small handler of its own, so that the loader is tested with chunks as a
 * handler would stage them.
 */
final class TestLine implements AutoCloseable {

  static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  static final Instant END = Instant.parse("2026-11-20T10:15:00Z");

  /**
   * A row of the only group: a counter that is not in the map is absent, one that is null blank.
   */
  record Row(Instant end, String element, String object, Map<String, Double> cells) {

    static Row of(String object, Object... cells) {
      Map<String, Double> map = new LinkedHashMap<>();
      for (int i = 0; i < cells.length; i += 2) {
        map.put((String) cells[i], (Double) cells[i + 1]);
      }
      return new Row(END, "gNB-1", object, map);
    }

    Row at(Instant time) {
      return new Row(time, element, object, cells);
    }
  }

  final Database database = EmbeddedDatabase.shared().createDatabase();
  final HikariDataSource dataSource;
  final Transactions transactions;
  final Staging staging;
  final TestPublisher publisher = new TestPublisher();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final Dimensions dimensions;
  final HandleLedger handles;
  final Catalog catalog;
  private final FileIntake intake;
  private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
  Feed feed;
  String group = "NRCellDU";

  TestLine(Path directory, String target) throws IOException {
    HikariConfig pool = new HikariConfig();
    pool.setDataSource(database.dataSource());
    pool.setMaximumPoolSize(4);
    pool.setMinimumIdle(0);
    dataSource = new HikariDataSource(pool);
    LedgerSchema.migrate(dataSource);
    transactions = new Transactions(dataSource);
    staging = Stagings.open(StagingSettings.of(directory.toUri()));
    dimensions = new Dimensions(transactions);
    catalog = new Catalog(transactions);
    handles = new HandleLedger(transactions, Duration.ofMinutes(5));
    intake =
        new FileIntake(
            transactions, new LedgerPartitions(transactions), clock, Duration.ofDays(40));
    feed = feed(target);
  }

  static Feed feed(String target) {
    return feed(target, "UTC");
  }

  static Feed feed(String target, String zone) {
    String yaml =
        """
        feed: pm
        zone: %s
        source:
          directory: {path: "/pm/*.xml"}
          poll: 30s
        format: {3gpp-pm: {}}
        target: %s
        """
            .formatted(zone, target);
    return FeedParser.parse("pm.yaml", yaml)
        .feed()
        .orElseThrow(
            () -> new AssertionError(FeedParser.parse("pm.yaml", yaml).problems().toString()));
  }

  LoadWorker worker() {
    return worker(LoadSettings.defaults());
  }

  LoadWorker worker(LoadSettings settings) {
    return worker(transactions, settings);
  }

  LoadWorker worker(Transactions others, LoadSettings settings) {
    return new LoadWorker(
        others,
        staging,
        name -> name.equals("pm") ? Optional.of(feed) : Optional.empty(),
        publisher,
        new StageMetrics(meters, Stage.LOAD),
        settings,
        clock);
  }

  static LoadSettings quick() {
    LoadSettings d = LoadSettings.defaults();
    return new LoadSettings(
        d.attempts(),
        d.batchBytes(),
        Duration.ofMillis(500),
        Duration.ofMillis(500),
        2,
        Duration.ofMillis(10),
        2,
        d.tempTables());
  }

  /** A new file that waits for its handler. */
  long found(String path, int version) {
    Instant mtime = END.plusSeconds(60L + version);
    intake.offer(
        "pm", List.of(new FoundFile("localhost", path, 100, mtime, END)), f -> false, false);
    sql("update sluice.work set stage = 'handle', state = 'queued' where stage = 'fetch'");
    return number(
        "select max(id) from sluice.file where path = '%s' and mtime = '%s'"
            .formatted(path, mtime));
  }

  HandleClaim claim(long fileId) {
    HandleClaim claim = handles.claim(fileId, true).orElseThrow();
    catalog.atEpoch(claim.epoch());
    dimensions.atEpoch(claim.epoch());
    return claim;
  }

  /** Handles a file, a chunk for each list of rows. */
  @SafeVarargs
  final List<WorkMessage> handle(long fileId, List<Row>... chunks) throws IOException {
    HandleClaim claim = claim(fileId);
    long cells = 0;
    for (int i = 0; i < chunks.length; i++) {
      cells += stage(claim, i, chunks[i]);
    }
    HandledFile handled = new HandledFile(chunks.length, "cell", cells, 0, 0, 0, "gNB-1", END, END);
    HandleLedger.Recorded recorded =
        handles.record(claim, handled, feed.target().mode() == Mode.APPEND);
    if (recorded != HandleLedger.Recorded.CURRENT) {
      return List.of();
    }
    return messages(claim, chunks.length);
  }

  static List<WorkMessage> messages(HandleClaim claim, int chunks) {
    List<WorkMessage> messages = new ArrayList<>();
    for (int i = 0; i < chunks; i++) {
      messages.add(
          new WorkMessage(Stage.LOAD, "pm", claim.fileId(), claim.handling(), i, claim.bulk()));
    }
    return messages;
  }

  @SafeVarargs
  final List<WorkMessage> file(String path, int version, List<Row>... chunks) throws IOException {
    return handle(found(path, version), chunks);
  }

  String key(HandleClaim claim, int chunk) {
    return StagingKeys.chunk("pm", claim.foundAt(), claim.fileId(), claim.handling(), chunk);
  }

  long stage(HandleClaim claim, int chunk, List<Row> rows) throws IOException {
    try (StagingWriter out = staging.create(key(claim, chunk))) {
      long cells = 0;
      try (ChunkWriter writer =
          new ChunkWriter(new Open(out), claim.fileId(), claim.handling(), chunk)) {
        cells = rows.isEmpty() ? 0 : segments(writer, claim, rows);
      }
      out.commit();
      return cells;
    }
  }

  private long segments(ChunkWriter writer, HandleClaim claim, List<Row> rows) throws IOException {
    Target target = catalog.target(feed, group);
    Set<String> counters = new LinkedHashSet<>();
    rows.forEach(r -> counters.addAll(r.cells.keySet()));
    List<TargetColumn> columns =
        catalog.columns(
            feed, target, counters.stream().map(c -> ColumnKey.of(c, ValueKind.VALUE)).toList());
    Map<Integer, List<TargetColumn>> parts = new LinkedHashMap<>();
    parts.put(target.mainTableId(), new ArrayList<>());
    columns.forEach(c -> parts.computeIfAbsent(c.tableId(), id -> new ArrayList<>()).add(c));
    long cells = 0;
    for (Map.Entry<Integer, List<TargetColumn>> part : parts.entrySet()) {
      cells += segment(writer, claim, target, part.getKey(), part.getValue(), rows);
    }
    return cells;
  }

  private long segment(
      ChunkWriter writer,
      HandleClaim claim,
      Target target,
      int tableId,
      List<TargetColumn> counters,
      List<Row> rows)
      throws IOException {
    boolean merge = feed.target().mode() == Mode.MERGE;
    List<Column> columns =
        new ArrayList<>(
            List.of(
                new Column("end_time", PgType.TIMESTAMPTZ),
                new Column("granularity", PgType.INT4),
                new Column("element", PgType.INT4),
                new Column("object", PgType.INT4),
                new Column("suspect", PgType.BOOL),
                new Column("_file", PgType.INT8),
                new Column("_version", PgType.INT8)));
    counters.forEach(c -> columns.add(new Column(c.column(), c.type())));
    if (merge) {
      columns.add(new Column(Segment.PRESENT, PgType.BYTEA));
    }
    CopyBuffer buffer = new CopyBuffer(1024);
    long cells = 0;
    Set<Long> starts = new TreeSet<>();
    Set<List<Long>> marks = new LinkedHashSet<>();
    TimePartitions partitions = new TimePartitions(feed.target().partition(), feed.zone());
    for (Row row : rows) {
      int element = id(target, Kind.ELEMENT, row.element);
      buffer.row(columns.size());
      buffer.putTimestamp(micros(row.end));
      buffer.putInt(900);
      buffer.putInt(element);
      buffer.putInt(id(target, Kind.OBJECT, row.object));
      buffer.putBool(false);
      buffer.putLong(claim.fileId());
      buffer.putLong(claim.version());
      byte[] present = new byte[(columns.size() + 7) / 8];
      for (int i = 0; i < columns.size() - (merge ? 1 : 0); i++) {
        if (i < 7 || row.cells.containsKey(counters.get(i - 7).counter())) {
          present[i / 8] |= (byte) (1 << (i % 8));
        }
      }
      for (TargetColumn counter : counters) {
        cells += row.cells.containsKey(counter.counter()) ? 1 : 0;
        put(buffer, counter.type(), row.cells.get(counter.counter()));
      }
      if (merge) {
        boolean all = counters.stream().allMatch(c -> row.cells.containsKey(c.counter()));
        if (all) {
          buffer.putNull();
        } else {
          buffer.putBytes(present, 0, present.length);
        }
      }
      starts.add(micros(partitions.startOf(row.end)));
      marks.add(
          List.of(
              micros(row.end.minusNanos(1000).truncatedTo(ChronoUnit.HOURS)),
              (long) (element & 15)));
    }
    Segment head =
        new Segment(
            tableId,
            target.schema(),
            tableName(tableId),
            columns,
            rows.size(),
            cells,
            merge ? List.of(0, 1, 2, 3) : List.of(),
            partitions.partitioned() ? List.copyOf(starts) : List.of(),
            marks.stream().map(m -> new long[] {m.get(0), m.get(1)}).toList(),
            buffer.size());
    writer.segment(head, buffer);
    return cells;
  }

  private static void put(CopyBuffer buffer, PgType type, Double value) {
    if (value == null) {
      buffer.putNull();
    } else if (type == PgType.INT8) {
      buffer.putLong(value.longValue());
    } else {
      buffer.putDouble(value);
    }
  }

  private String tableName(int tableId) {
    return text("select table_name from sluice.target_table where id = " + tableId);
  }

  private int id(Target target, Kind kind, String name) {
    return dimensions.ids(target.schema(), kind, List.of(name), feed.target().grants()).get(name);
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

  @Override
  public void close() {
    staging.close();
    dataSource.close();
  }

  /** The chunk is whole before the object is committed. */
  private static final class Open extends java.io.FilterOutputStream {

    Open(StagingWriter out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      out.write(bytes, offset, count);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
