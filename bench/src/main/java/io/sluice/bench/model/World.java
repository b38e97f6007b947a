package io.sluice.bench.model;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.Feeds;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.ops.Recovery;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.StagedObject;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.Stagings;
import io.sluice.embedded.EmbeddedPostgres;
import io.sluice.testkit.SessionPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The real line of one history, in two replicas over a database, a staging and source directories
 * of its own. What others do to these is done here.
 */
final class World implements AutoCloseable {

  static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final String TEMPLATE = "model_template";

  /** After which a scan asks about files that have not changed, too. */
  private static final Duration A_WHILE = Duration.ofMinutes(11);

  private static final Duration LONG = Duration.ofHours(1);

  /** So that a nested step that waits for the one around it gives up. */
  private static final String NO_LONG_WAIT = "-c lock_timeout=300";

  private final EmbeddedPostgres server;
  private final String name;
  private final Path directory;
  private final List<ModelFeed> modelFeeds;
  private final Map<Integer, Boolean> narrow = new HashMap<>();
  private final Map<Integer, Boolean> away = new HashMap<>();
  private final Node.Shared shared;
  final MemoryQueue queue = new MemoryQueue();
  final Staging staging;
  final Transactions observer;
  private final DataSource database;
  private final SessionPool observing;
  private final Node[] nodes = new Node[2];
  private final MovingClock clock = new MovingClock(Clock.fixed(START.plus(LONG), ZoneOffset.UTC));

  /** Staging's objects are named by the database's time. */
  private final MovingClock sweepClock = new MovingClock(Clock.systemUTC());

  private Feeds feeds;
  private int restarts;
  private boolean hasSnapshot;
  private Instant snapshotAt;

  /**
   * @param server has the empty ledger as {@link #prepare} made it
   * @param directory empty
   */
  World(
      EmbeddedPostgres server,
      String name,
      Path directory,
      List<ModelFeed> modelFeeds,
      long chunkBytes)
      throws IOException, SQLException {
    this.server = server;
    this.name = name;
    this.directory = Files.createDirectories(directory);
    this.modelFeeds = modelFeeds;
    admin("create database " + name + " template " + TEMPLATE);
    PGSimpleDataSource source = (PGSimpleDataSource) server.dataSource(name);
    source.setOptions(NO_LONG_WAIT);
    database = source;
    observing = new SessionPool(database);
    observer = new Transactions(observing.dataSource());
    staging = Stagings.open(StagingSettings.of(directory.resolve("staging").toUri()));
    Path temp = Files.createDirectories(directory.resolve("temp"));
    for (ModelFeed feed : modelFeeds) {
      Files.writeString(
          Files.createDirectories(feed.in(directory)).resolve("README"), "files of others");
    }
    Files.createDirectories(directory.resolve("done"));
    shared = new Node.Shared(() -> feeds, staging, queue, temp, clock, sweepClock, chunkBytes);
    sweepClock.advance(LONG.multipliedBy(2));
    feedsChanged();
    restart(0);
    restart(1);
  }

  /** Makes the database that each history begins with. */
  static void prepare(EmbeddedPostgres server) {
    server.createDatabase(TEMPLATE);
    io.sluice.core.ledger.LedgerSchema.migrate(server.dataSource(TEMPLATE));
  }

  Node node(int index) {
    return nodes[index];
  }

  /** A replica begins anew, with nothing remembered. */
  void restart(int index) throws SQLException {
    stop(index);
    restarts++;
    nodes[index] = new Node("node-" + index + "-" + restarts, database, shared);
  }

  private void stop(int index) throws SQLException {
    if (nodes[index] != null) {
      nodes[index].close();
      nodes[index] = null;
    }
  }

  private void stop() throws SQLException {
    stop(0);
    stop(1);
    observing.close();
  }

  private void feedsChanged() {
    Map<String, Feed> now = new HashMap<>();
    for (ModelFeed feed : modelFeeds) {
      if (!away.getOrDefault(feed.number(), false)) {
        now.put(feed.name(), feed.parse(directory, isNarrow(feed.number())));
      }
    }
    feeds = new Feeds(now, Instant.EPOCH);
  }

  boolean isNarrow(int feed) {
    return narrow.getOrDefault(feed, false);
  }

  void narrow(int feed, boolean now) {
    narrow.put(feed, now);
    feedsChanged();
  }

  void away(int feed, boolean now) {
    away.put(feed, now);
    feedsChanged();
  }

  List<Feed> feedsInEffect() {
    return List.copyOf(feeds.all());
  }

  // The source

  void write(Version version, byte[] bytes) throws IOException {
    Path file = path(version);
    Path draft = file.resolveSibling(".draft");
    Files.write(draft, bytes);
    Files.setLastModifiedTime(
        draft, FileTime.from(Instant.EPOCH.plusNanos(version.micros() * 1000)));
    Files.move(draft, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  void remove(Version version) throws IOException {
    Files.deleteIfExists(path(version));
  }

  private Path path(Version version) {
    return modelFeeds.get(version.feed()).in(directory).resolve(version.path());
  }

  /** Whether the source has exactly this. */
  boolean hasSource(Version version) throws IOException {
    Path file = path(version);
    return Files.exists(file)
        && Files.size(file) == version.size()
        && Version.microsOf(Files.getLastModifiedTime(file).toInstant()) == version.micros();
  }

  // The database

  private void admin(String... statements) throws SQLException {
    try (Connection connection = server.dataSource("postgres").getConnection()) {
      for (String sql : statements) {
        Sql.execute(connection, sql);
      }
    }
  }

  /** A scan is due. */
  void poll() {
    execute("update sluice.scan set last_at = last_at - interval '1 minute'");
  }

  /** Weeks later, staging keeps nothing. */
  void sweepLater() {
    sweepClock.advance(Duration.ofDays(40));
    tick();
    nodes[0].objects.run();
  }

  /** Time passes: pauses, polls and leases end. */
  void tick() {
    clock.advance(A_WHILE);
    observer.ledger(
        c -> {
          Sql.execute(
              c,
              """
              update sluice.work set not_before = not_before - interval '1 hour', entered_at = entered_at - interval '1 hour';
              update sluice.batch set lease_until = lease_until - interval '1 hour',
                published_at = published_at - interval '1 hour';
              update sluice.lease set until = until - interval '1 hour';
              update sluice.scan set last_at = last_at - interval '1 hour'
              """);
          return null;
        });
  }

  /** A backup of the database, which takes one that nobody is connected to. */
  void snapshot() throws SQLException {
    String copy = name + "_backup";
    snapshotAt =
        observer.ledger(
            c -> Sql.one(c, "select clock_timestamp() as t", row -> Sql.instant(row, "t")));
    nodes[0].disconnect();
    nodes[1].disconnect();
    observing.close();
    admin("drop database if exists " + copy, "create database " + copy + " template " + name);
    hasSnapshot = true;
  }

  /**
   * Restores the backup as the manual says: services stopped, then recover, then started.
   *
   * @return whether there was one
   */
  boolean restore() throws SQLException {
    if (!hasSnapshot) {
      return false;
    }
    stop();
    admin(
        "drop database " + name + " with (force)",
        "create database " + name + " template " + name + "_backup");
    new Recovery(observer, new LedgerPartitions(observer), staging, Map.of()).recover(snapshotAt);
    restart(0);
    restart(1);
    return true;
  }

  List<String> tables(ModelFeed feed) {
    return observer.ledger(
        c ->
            Sql.strings(
                c,
                "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                    + " where n.nspname = ? and c.relkind = 'p' order by 1",
                feed.name()));
  }

  void execute(String sql) {
    observer.ledger(
        c -> {
          Sql.execute(c, sql);
          return null;
        });
  }

  long number(String sql) {
    return observer.ledger(c -> Sql.number(c, sql));
  }

  List<String> strings(String sql) {
    return observer.ledger(c -> Sql.strings(c, sql));
  }

  /** A file of the ledger, for the schedule of what happened when. */
  record Known(
      long id, Version version, String state, String stage, boolean queued, boolean open) {}

  private static final String KNOWN =
      """
      select f.id, f.feed, f.path, f.mtime, f.size, f.state, w.stage, w.batch is not null as queued,
             w.file_id is not null as open
      from sluice.file f left join sluice.work w on w.file_id = f.id
      """;

  List<Known> files(String condition, Object... values) {
    return observer.ledger(c -> Sql.list(c, KNOWN + condition, this::known, values));
  }

  private Known known(ResultSet row) throws SQLException {
    int feed = Integer.parseInt(row.getString("feed").substring(1));
    String prefix = modelFeeds.get(feed).in(directory) + "/";
    return new Known(
        row.getLong("id"),
        new Version(
            feed,
            row.getString("path").substring(prefix.length()),
            Version.microsOf(Sql.instant(row, "mtime")),
            row.getLong("size")),
        row.getString("state"),
        Optional.ofNullable(row.getString("stage")).orElse(""),
        row.getBoolean("queued"),
        row.getBoolean("open"));
  }

  // Staging

  List<String> staged(String kind) throws IOException {
    List<String> keys = new ArrayList<>();
    for (String feed : staging.folders(kind)) {
      for (String day : staging.folders(feed)) {
        for (String hour : staging.folders(day)) {
          staging.list(hour).stream().map(StagedObject::key).sorted().forEach(keys::add);
        }
      }
    }
    return keys;
  }

  @Override
  public void close() throws SQLException, IOException {
    stop();
    staging.close();
    admin(
        "drop database if exists " + name + " with (force)",
        "drop database if exists " + name + "_backup with (force)");
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> deepestFirst = files.sorted(java.util.Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    }
  }
}
