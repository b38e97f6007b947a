package io.sluice.getter.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedParser;
import io.sluice.core.feed.Feeds;
import io.sluice.core.ledger.FileIntake;
import io.sluice.core.ledger.FoundFile;
import io.sluice.core.ledger.HandleLedger;
import io.sluice.core.ledger.Leases;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.ops.FeedStatus;
import io.sluice.core.ops.FileFilter;
import io.sluice.core.ops.FileQuery;
import io.sluice.core.ops.FileRow;
import io.sluice.core.ops.TimeRange;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.Stagings;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Checksum;
import io.sluice.core.work.Claim;
import io.sluice.core.work.FileCloser;
import io.sluice.core.work.HandledFile;
import io.sluice.core.work.RawPlace;
import io.sluice.core.work.StageProtocol;
import io.sluice.core.work.StageTask;
import io.sluice.getter.archive.ArchiveKind;
import io.sluice.getter.dispatch.DispatchSettings;
import io.sluice.getter.dispatch.Dispatcher;
import io.sluice.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The plans of the ledger's hot statements on a filled ledger, as the server's own auto_explain
 * logs them while the real code runs: docs/ledger-scale.md. {@code bin/ledger-plans} prints them.
 */
@Tag("long")
class LedgerPlansTest {

  private static final int DAYS = 30;
  private static final int FEEDS = 20;
  private static final int FILES = Integer.getInteger("sluice.plans.files", 2_000_000);
  private static final Path REPORT = Path.of("target/ledger-plans.txt");
  private static final Pattern PLAN =
      Pattern.compile("LOG:  duration: [0-9.]+ ms  plan:\\n((?:\\t.*\\n)+)");
  private static final Pattern PARTITION = Pattern.compile("(?:on|using) file_(\\d{8})");

  @TempDir static Path staging;
  private static EmbeddedDatabase server;
  private static EmbeddedDatabase.Database database;
  private static Transactions quiet;
  private static Transactions explained;
  private static Instant now;

  @BeforeAll
  static void fill() throws IOException {
    now = Instant.now().truncatedTo(ChronoUnit.DAYS).minusSeconds(1); // all of its day has passed
    server = EmbeddedDatabase.startPrivate();
    database = server.createDatabase();
    LedgerSchema.migrate(database.dataSource());
    quiet = new Transactions(database.dataSource());
    PGSimpleDataSource explaining = new PGSimpleDataSource();
    explaining.setUrl(database.jdbcUrl());
    explaining.setUser(database.user());
    explaining.setPassword(database.password());
    explaining.setOptions(
        "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0"
            + " -c auto_explain.log_analyze=on -c auto_explain.log_timing=off"
            + " -c random_page_cost=1.1");
    explained = new Transactions(explaining);
    fillFiles();
    Files.writeString(REPORT, "Plans on %,d files of %d days%n".formatted(FILES, DAYS));
  }

  private static void fillFiles() {
    LocalDate today = now.atZone(ZoneOffset.UTC).toLocalDate();
    List<LocalDate> days = today.minusDays(DAYS - 1L).datesUntil(today.plusDays(2)).toList();
    new LedgerPartitions(quiet).ensure(days);
    int perDay = FILES / DAYS;
    for (LocalDate day : days.subList(0, DAYS)) {
      execute(
          """
          insert into sluice.file (id, day, path_key, feed, host, path, size, mtime, period, checksum, bulk, found_at,
                                   state, stage, closed_at, handling, read, loaded, rows, element, first_time,
                                   last_time, tables)
          select ((d - date '2000-01-01')::bigint << 40) | nextval('sluice.file_seq'), d,
                 encode(substr(sha256(convert_to(feed, 'UTF8') || '\\x00' || 'ems1' || '\\x00'
                                      || convert_to(path, 'UTF8')), 1, 16), 'hex')::uuid,
                 feed, 'ems1', path, 20000, t, t, sha256(convert_to(path, 'UTF8')), false, t + interval '30 s',
                 case when i %% 500 = 0 then 'rejected' else 'loaded' end, 'load', t + interval '60 s', 1, 4000, 4000,
                 40, 'gnb' || i, t, t, '{1,2}'
          from (select date '%1$s' as d, i, 'feed' || i %% %3$d as feed, '/pm/%1$s/A' || i || '.xml.gz' as path,
                       timestamptz '%1$s 00:00+00' + i * interval '1 day' / %2$d as t
                from generate_series(0, %2$d - 1) i) s
          """
              .formatted(day, perDay, FEEDS));
    }
    execute(
        """
        insert into sluice.work (file_id, feed, host, path, size, mtime, stage, state, bulk, period)
        select id, feed, host, path, size, mtime, 'fetch', 'waiting', false, period from sluice.file
        where day = date '%s' limit 20000
        """
            .formatted(today.minusDays(1)));
    execute("vacuum analyze sluice.file");
    execute("vacuum analyze sluice.work");
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
    System.out.println(Files.readString(REPORT));
  }

  private static void execute(String sql) {
    try (var connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private static String text(String sql) {
    return quiet.ledger(
        c -> {
          try (Statement statement = c.createStatement();
              ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
          }
        });
  }

  /** Runs the code and returns the plans of its statements on the ledger, without their texts. */
  private static List<String> plans(String title, Runnable code) throws IOException {
    long before = Files.size(server.server().log());
    code.run();
    byte[] log = Files.readAllBytes(server.server().log());
    String fresh = new String(log, (int) before, log.length - (int) before, StandardCharsets.UTF_8);
    List<String> plans = new ArrayList<>();
    Matcher matcher = PLAN.matcher(fresh);
    while (matcher.find()) {
      plans.add(withoutText(matcher.group(1)));
    }
    report(title, plans);
    assertThat(plans).as(title).isNotEmpty();
    return plans;
  }

  /** A plan begins at its first line with a cost. */
  private static String withoutText(String logged) {
    List<String> lines = logged.lines().map(line -> line.substring(1)).toList();
    int first = 0;
    while (first < lines.size() - 1 && !lines.get(first).contains("  (cost=")) {
      first++;
    }
    return String.join("\n", lines.subList(first, lines.size())) + "\n";
  }

  private static void report(String title, List<String> plans) throws IOException {
    StringBuilder text = new StringBuilder("\n== " + title + "\n");
    for (String plan : plans) {
      text.append(plan).append('\n');
    }
    Files.writeString(REPORT, text, java.nio.file.StandardOpenOption.APPEND);
  }

  /** Days whose partitions were looked at; what the plan names and never ran does not count. */
  private static Set<String> partitions(List<String> plans) {
    Set<String> days = new HashSet<>();
    for (String line : String.join("", plans).lines().toList()) {
      Matcher matcher = PARTITION.matcher(line);
      if (matcher.find() && !line.contains("never executed")) {
        days.add(matcher.group(1));
      }
    }
    return days;
  }

  private static void assertNoScan(List<String> plans) {
    assertThat(String.join("", plans))
        .doesNotContainPattern("Seq Scan on file_\\d+.*actual rows=[1-9]\\d{3}");
  }

  private static FoundFile found(String path, Instant mtime) {
    return new FoundFile("ems1", path, 20000, mtime, mtime);
  }

  @Test
  void intakeTouchesTheDaysOffered() throws IOException {
    FileIntake intake =
        new FileIntake(
            explained, new LedgerPartitions(quiet), Clock.systemUTC(), Duration.ofDays(DAYS));
    Instant yesterday = now.minus(Duration.ofDays(1)).truncatedTo(ChronoUnit.DAYS);
    List<FoundFile> files = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      files.add(
          found(
              "/pm/"
                  + LocalDate.ofInstant(yesterday, ZoneOffset.UTC)
                  + "/A"
                  + i * FEEDS
                  + ".xml.gz",
              yesterday));
      files.add(found("/pm/new/A" + i + ".xml.gz", yesterday));
    }
    List<String> plans =
        plans(
            "Intake of 1,000 listed files", () -> intake.offer("feed0", files, f -> false, false));
    assertThat(partitions(plans)).hasSize(1);
    assertNoScan(plans);
  }

  @Test
  void handlingTouchesTheDaysOfItsFiles() throws IOException {
    String today = LocalDate.ofInstant(now, ZoneOffset.UTC).toString();
    String chosen = "select id from sluice.file where feed = 'feed1' and day = '" + today + "'";
    execute(
        "insert into sluice.batch (id, feed, bulk, stage, files, bytes)"
            + " values (1, 'feed1', false, 'handle', 200, 4000000)");
    execute(
        "insert into sluice.work (file_id, feed, host, path, size, mtime, stage, state, batch, bulk, period)"
            + " select id, feed, host, path, size, mtime, 'handle', 'queued', 1, false, period"
            + " from sluice.file where id in ("
            + chosen
            + " limit 200)");
    List<Claim> claims = new ArrayList<>();
    List<String> record = new ArrayList<>();
    HandleLedger handling = new HandleLedger(explained);
    StageTask task =
        claim -> {
          claims.add(claim);
          return new StageTask.Result(Map.of(), List.of());
        };
    WorkMessage message = new WorkMessage(Stage.HANDLE, "feed1", 1, false);
    List<String> claimed = plans("Claim of a batch", () -> protocol(task).work(message, false));
    assertThat(partitions(claimed)).isEmpty();
    assertNoScan(claimed);
    Claim claim = claims.get(0);
    assertThat(claim.files()).hasSize(200);
    List<HandledFile> made =
        claim.files().stream()
            .map(f -> new HandledFile(f.id(), "cell", 10, 0, 0, 0, "gnb1", now, now, null))
            .toList();
    HandleLedger.Handling all = new HandleLedger.Handling(made, List.of(), List.of(), List.of(), 1);
    record.addAll(plans("Record of a handling", () -> handling.record(claim, all, true)));
    assertNoScan(record);
    List<Long> ids = claim.files().stream().map(BatchFile::id).toList();
    List<String> close =
        plans(
            "Close of a batch's files",
            () ->
                explained.durable(
                    c -> {
                      FileCloser.finishLoaded(c, ids);
                      return true;
                    }));
    assertThat(partitions(close)).hasSize(1);
    assertNoScan(close);
  }

  private static StageProtocol protocol(StageTask task) {
    return new StageProtocol(
        Stage.HANDLE,
        task,
        explained,
        new NoBroker(),
        new StageMetrics(new SimpleMeterRegistry(), Stage.HANDLE),
        StageProtocol.Settings.DEFAULTS,
        Clock.systemUTC());
  }

  @Test
  void dispatcherLooksAtWorkAlone() throws IOException {
    Dispatcher dispatcher =
        new Dispatcher(
            LedgerPlansTest::feeds,
            new Leases(quiet, "test"),
            explained,
            new NoBroker(),
            Stagings.open(StagingSettings.of(staging.toUri()), Clock.systemUTC()),
            DispatchSettings.DEFAULTS);
    List<String> plans = plans("Pick of the dispatcher", dispatcher);
    assertThat(partitions(plans)).isEmpty();
    assertThat(String.join("", plans))
        .contains("Index Scan using work_")
        .doesNotContain("Seq Scan on work ");
  }

  @Test
  void contentIsLookedUpByIndexAlone() throws IOException {
    Checksum known = new Checksum(text("select encode(checksum, 'hex') from sluice.file limit 1"));
    BatchFile file =
        new BatchFile(
            Long.MAX_VALUE / 2,
            "ems1",
            "/new",
            1,
            now,
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty(),
            0,
            0,
            null,
            false);
    Claim claim = new Claim(1, 1, Stage.FETCH, "feed0", false, 1, 1, 0, 0, 0, List.of(file));
    Staged staged = new Staged(file, new RawPlace(1, 0), 1, known, ArchiveKind.NONE);
    List<String> plans =
        plans(
            "Search for the same content",
            () ->
                explained.ledger(
                    c ->
                        Duplicates.find(
                            c, claim, feeds().byName().get("feed0").source(), List.of(staged))));
    assertNoScan(plans);
    assertThat(String.join("", plans))
        .contains("checksum_idx")
        .doesNotContain("Index Cond: (id = w.file_id)");
  }

  @Test
  void peopleFindFilesByIndexAlone() throws IOException {
    FileQuery files = new FileQuery(explained);
    long id = Long.parseLong(text("select max(id) from sluice.file"));
    List<FileRow> found = new ArrayList<>();
    List<String> byId =
        plans("file_status by id", () -> found.addAll(files.find(FileFilter.of(List.of(id)), 1)));
    assertThat(found).hasSize(1);
    assertThat(partitions(byId)).hasSize(1);
    FileFilter newest = filter("feed1*", TimeRange.ALL);
    assertNoScan(plans("The last 100 files of some feeds", () -> files.ids(newest, 100)));
    FileFilter hour =
        filter(
            "feed3",
            new TimeRange(now.minus(Duration.ofHours(30)), now.minus(Duration.ofHours(29))));
    List<String> byPeriod = plans("Files of an hour, by period", () -> files.ids(hour, 100));
    assertNoScan(byPeriod);
    assertThat(String.join("", byPeriod)).contains("Index Cond: ((feed = ANY", "(period >=");
    FeedStatus status = new FeedStatus(explained, Clock.fixed(now, ZoneOffset.UTC));
    assertNoScan(plans("sluice status", () -> status.lines(null, List.of())));
  }

  private static FileFilter filter(String feed, TimeRange period) {
    return new FileFilter(List.of(), feed, Set.of(), null, null, TimeRange.ALL, period);
  }

  private static Feeds feeds() {
    Map<String, Feed> feeds = new java.util.TreeMap<>();
    for (int i = 0; i < FEEDS; i++) {
      String yaml =
          """
          feed: feed%d
          source: {directory: {path: "/pm/{yyyy-MM-dd}/A*.xml.gz"}, checksum: true, sameContent: duplicate}
          format: {3gpp-pm: {}}
          target: {table: "pm.{measInfoId}"}
          """
              .formatted(i);
      Feed feed = FeedParser.parse("feed.yaml", yaml).feed().orElseThrow();
      feeds.put(feed.name(), feed);
    }
    return new Feeds(feeds, now);
  }

  private static final class NoBroker implements WorkPublisher {
    @Override
    public void publish(Collection<WorkMessage> messages) {}

    @Override
    public void publishDead(WorkMessage message, Failure failure) {}

    @Override
    public long depth(String queue) {
      return 0;
    }
  }
}
