package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.Task;
import io.sluice.testkit.EmbeddedDatabase;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.FaultyDataSource.Planned;
import io.sluice.testkit.JdbcCall;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever reacts to changes of rows, reads them or writes them feels nothing of a drain. */
class InvisibleDrainTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  /** Of which the default partition holds rows. */
  private static final List<String> DRAINED = List.of("t_p20261119", "t_p20261120");

  private static TaskFixture fixture(TaskFixture db) throws SQLException {
    DrainTest.draining(db)
        .sql(
            "create schema app",
            "create table app.t (key bigint, at timestamptz not null, note text, primary key (key, at)) partition by range (at)",
            "create table app.t_rest partition of app.t default",
            "insert into app.t select g, timestamptz '2026-11-19 12:00+00' + g * interval '5 minutes', 'early' from generate_series(1, 200) g",
            "insert into app.t values (0, '2020-01-01', 'old')");
    return db;
  }

  private static void assertDrained(TaskFixture db, RunResult result, long rows)
      throws SQLException {
    assertThat(result.problems()).isEmpty();
    assertThat(db.partitions("app.t")).containsAll(DRAINED).contains("t_rest");
    assertThat(db.number("select count(*) from app.t")).isEqualTo(rows);
    assertThat(db.number("select count(*) from app.t_rest")).isEqualTo(1);
    assertThat(ConversionTest.leftovers(db)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void firesNoTrigger_andKeepsThoseOfTheDefaultPartition(int major) throws SQLException {
    try (TaskFixture db = fixture(new TaskFixture(major))) {
      db.sql(
          "create table app.seen (what text)",
          "create function app.see() returns trigger language plpgsql as $$ begin insert into app.seen values (tg_name || ' ' || tg_op); return null; end $$",
          "create trigger everywhere after insert or update or delete on app.t for each row execute function app.see()",
          "create trigger off after insert on app.t for each row execute function app.see()",
          "create trigger here after insert or update or delete on app.t_rest for each row execute function app.see()",
          "create trigger once after insert or update or delete on app.t_rest for each statement execute function app.see()",
          "alter table app.t_rest disable trigger off",
          "alter table app.t_rest enable always trigger everywhere");
      String triggers =
          "select concat_ws(' ', tgname, tgenabled) from pg_trigger where tgrelid = 'app.t_rest'::regclass order by 1";
      List<String> before = db.texts(triggers);
      assertDrained(db, DrainTest.run(db), 201);
      assertThat(db.texts("select what from app.seen")).isEmpty();
      assertThat(db.texts(triggers)).isEqualTo(before);
      db.sql("insert into app.t values (1000, '2020-01-02', ''), (1001, '2026-11-19', '')");
      assertThat(db.texts("select what from app.seen order by 1"))
          .containsExactly("everywhere INSERT", "everywhere INSERT", "here INSERT", "off INSERT");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void locksFirstWhatItsRowsReferTo_whereTheTableHasForeignKeys(int major) throws Exception {
    try (TaskFixture db = fixture(new TaskFixture(major));
        Connection other = db.dataSource.getConnection()) {
      db.sql(
          "create table app.kind (note text primary key)",
          "insert into app.kind values ('early'), ('old')",
          "alter table app.t add foreign key (note) references app.kind on delete cascade");
      beside(
          threads -> {
            other.setAutoCommit(false);
            Sql.execute(other, "insert into app.kind values ('late')");
            Future<RunResult> run = threads.submit(() -> db.run(patient()));
            awaitWaiter(db, "app.kind", "ShareRowExclusiveLock");
            Sql.execute(other, "insert into app.t values (1000, '2026-11-20', 'late')");
            other.commit();
            assertDrained(db, run.get(), 202);
          });
      db.sql("delete from app.kind where note = 'late'");
      assertThat(db.number("select count(*) from app.t")).isEqualTo(201);
    }
  }

  /** Whoever is given grants by default privileges is not given them on the new default. */
  @ParameterizedTest
  @MethodSource(VERSIONS)
  void grantsNothingThatTheDefaultPartitionDoesNot(int major) throws SQLException {
    String grants =
        "select x.grantee::regrole || ' ' || privilege_type from pg_class c, aclexplode(c.relacl) x where c.oid = 'app.t_rest'::regclass and grantee <> relowner order by 1";
    try (TaskFixture db = fixture(new TaskFixture(major))) {
      db.sql(
          "grant insert on app.t_rest to pg_monitor",
          "alter default privileges in schema app grant select on tables to pg_monitor");
      List<String> before = db.texts(grants);
      assertDrained(db, DrainTest.run(db), 201);
      assertThat(db.texts(grants)).isEqualTo(before).containsExactly("pg_monitor INSERT");
    }
  }

  private static TaskFixture logical(EmbeddedDatabase server) throws SQLException {
    try (Connection connection = server.createDatabase().newSessions().getConnection()) {
      Sql.execute(connection, "alter system set wal_level = logical");
    }
    server.server().restart();
    return fixture(new TaskFixture(server));
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void sendsNothing_toWhoeverSubscribedToTheTableByItsRoot(int major) throws SQLException {
    try (EmbeddedDatabase server = EmbeddedDatabase.startPrivate(major);
        TaskFixture db = logical(server)) {
      db.sql(
          "create publication all_of_t for table app.t with (publish_via_partition_root = true)",
          "select pg_create_logical_replication_slot('subscriber', 'pgoutput')");
      RunResult result = DrainTest.run(db);
      if (major == 14) {
        assertThat(result.problems())
            .singleElement()
            .asString()
            .contains("app.t_rest", "publication all_of_t", "PostgreSQL 14");
        return;
      }
      assertDrained(db, result, 201);
      assertThat(sent(db)).isEmpty();
      db.sql(
          "update app.t set note = 'late' where key = 100",
          "delete from app.t where key = 101",
          "insert into app.t values (1000, '2026-11-20', '')");
      assertThat(sent(db)).containsExactly("U", "D", "I");
    }
  }

  /** Changes of rows as pgoutput sends them, each by its first letter; it remembers sessions. */
  private static List<String> sent(TaskFixture db) throws SQLException {
    try (Connection session = db.database.newSessions().getConnection()) {
      return Sql.strings(session, SENT);
    }
  }

  private static final String SENT =
      """
        select chr(get_byte(data, 0))
        from pg_logical_slot_peek_binary_changes('subscriber', null, null, 'proto_version', '1', 'publication_names', 'all_of_t')
        where chr(get_byte(data, 0)) in ('I', 'U', 'D', 'T')
        """;

  /** What would see rows come or go. */
  private record Watcher(String begin, String end, String named) {}

  private static List<Watcher> watchers(int major) {
    String byRoot = " with (publish_via_partition_root = true)";
    List<Watcher> all = new ArrayList<>();
    all.add(
        new Watcher(
            "create publication leaves for table app.t",
            "drop publication leaves",
            "publication leaves"));
    all.add(
        new Watcher(
            "create publication everything for all tables" + byRoot,
            "drop publication everything",
            "publication everything"));
    if (major >= 15) {
      all.add(
          new Watcher(
              "create publication schemas for tables in schema app" + byRoot,
              "drop publication schemas",
              "publication schemas"));
    }
    all.add(
        new Watcher(
            "alter table app.t_rest replica identity full",
            "alter table app.t_rest replica identity default",
            "replica identity"));
    all.add(
        new Watcher(
            "create table app.bill (key bigint, at timestamptz, foreign key (key, at) references app.t on delete cascade)",
            "drop table app.bill",
            "bill_key_at_fkey"));
    return all;
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void refusesWhatCouldBeSeen_andSaysByWhom(int major) throws SQLException {
    try (TaskFixture db = fixture(new TaskFixture(major))) {
      for (Watcher watcher : watchers(major)) {
        db.sql(watcher.begin());
        RunResult result = DrainTest.run(db);
        assertThat(result.problems())
            .as(watcher.begin())
            .singleElement()
            .asString()
            .contains("app.t_rest", watcher.named());
        assertThat(db.number("select count(*) from app.t_rest")).isEqualTo(201);
        assertThat(db.partitions("app.t")).doesNotContainAnyElementsOf(DRAINED);
        assertThat(ConversionTest.leftovers(db)).isEmpty();
        db.sql(watcher.end());
      }
      assertDrained(db, DrainTest.run(db), 201);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void swapsNothing_whenAPublicationCameMeanwhile(int major) throws SQLException {
    try (TaskFixture db = fixture(new TaskFixture(major))) {
      Planned published =
          before(
              db,
              JdbcCall.containing("analyze \"app\".\"t_rest__sluice_copy\""),
              call -> db.sql("create publication leaves for table app.t"));
      RunResult result = DrainTest.run(db);
      assertThat(published.struck()).isTrue();
      assertThat(result.problems()).singleElement().asString().contains("publication leaves");
      assertThat(db.partitions("app.t")).doesNotContainAnyElementsOf(DRAINED);
      db.sql("drop publication leaves");
      db.wrapping(real -> real);
      assertDrained(db, DrainTest.run(db), 201);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void refuses_whereASlotDecodesEveryTable(int major) throws SQLException {
    try (EmbeddedDatabase server = EmbeddedDatabase.startPrivate(major);
        TaskFixture db = logical(server)) {
      db.sql("select pg_create_logical_replication_slot('audit', 'test_decoding')");
      assertThat(DrainTest.run(db).problems())
          .singleElement()
          .asString()
          .contains("app.t_rest", "audit", "test_decoding");
      assertThat(db.number("select count(*) from app.t_rest")).isEqualTo(201);
    }
  }

  private static Planned before(
      TaskFixture db, Predicate<JdbcCall> what, FaultyDataSource.Fault fault) {
    FaultyDataSource faulty = new FaultyDataSource(db.dataSource);
    db.wrapping(real -> faulty);
    return faulty.before(what, 1, fault);
  }

  private static Task patient() {
    return new Task(
        "rotate",
        "",
        DatabaseSpec.WAREHOUSE,
        ZoneOffset.UTC,
        Optional.empty(),
        List.of(),
        new Limits(2, Duration.ofSeconds(30), Duration.ofMinutes(1), 2, Duration.ofMillis(20)),
        DrainTest.SPEC);
  }

  private static void awaitWaiter(TaskFixture db, String table, String mode) {
    String sql =
        "select count(*) from pg_locks where relation = '%s'::regclass and mode = '%s' and not granted"
            .formatted(table, mode);
    await().atMost(Duration.ofSeconds(30)).until(() -> db.number(sql) > 0);
  }

  /** Runs beside a test, which ends it. */
  private interface Beside {
    void test(ExecutorService threads) throws Exception;
  }

  private static void beside(Beside test) throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      test.test(threads);
    } finally {
      threads.shutdownNow();
    }
  }

  /** Who reads, then writes, holds a weaker lock than he will need. */
  @ParameterizedTest
  @MethodSource(VERSIONS)
  void killsNoTransactionThatReadsBeforeItWrites(int major) throws Exception {
    try (TaskFixture db = fixture(new TaskFixture(major));
        Connection other = db.dataSource.getConnection()) {
      beside(
          threads -> {
            other.setAutoCommit(false);
            Sql.execute(other, "select count(*) from app.t");
            Future<RunResult> run = threads.submit(() -> db.run(patient()));
            awaitWaiter(db, "app.t", "AccessExclusiveLock");
            Sql.execute(other, "insert into app.t values (1000, '2026-11-20', 'late')");
            other.commit();
            assertDrained(db, run.get(), 202);
          });
    }
  }

  /** A row that is on its way to the default partition when its own partition comes. */
  @ParameterizedTest
  @MethodSource(VERSIONS)
  void refusesNoRow_whenAPartitionComesBesideTheDefault(int major) throws Exception {
    try (TaskFixture db = fixture(new TaskFixture(major));
        Connection reader = db.dataSource.getConnection()) {
      db.sql("delete from app.t where note = 'early'");
      beside(
          threads -> {
            reader.setAutoCommit(false);
            Sql.execute(reader, "select count(*) from app.t_rest");
            Future<RunResult> run = threads.submit(() -> db.run(patient()));
            awaitWaiter(db, "app.t_rest", "AccessExclusiveLock");
            Callable<Void> insert =
                () -> {
                  db.sql("insert into app.t values (1000, '2026-11-20', 'late')");
                  return null;
                };
            Future<Void> writer = threads.submit(insert);
            await()
                .until(
                    () ->
                        db.number(
                                "select count(*) from pg_locks where mode = 'RowExclusiveLock' and not granted")
                            > 0);
            reader.commit();
            writer.get();
            assertThat(run.get().problems()).isEmpty();
            assertThat(db.number("select count(*) from app.t_p20261120")).isEqualTo(1);
          });
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void refusesNoRow_ofAPeriodWithoutRowsBesideALargeDefault(int major) throws SQLException {
    try (TaskFixture db = fixture(new TaskFixture(major))) {
      db.sql(
          "delete from app.t",
          "alter table app.t_rest alter note set storage external",
          "insert into app.t select g, '2000-01-01', repeat('x', 1000000) from generate_series(1, 70) g");
      Planned written =
          before(
              db,
              JdbcCall.statement("validate constraint|add constraint sluice_bounds check \\(not"),
              call -> db.sql("insert into app.t values (1000, '2026-11-20', 'late')"));
      RunResult result = DrainTest.run(db);
      assertThat(written.struck()).isTrue();
      assertThat(result.problems()).isEmpty();
      assertThat(db.partitions("app.t")).contains("t_p20261120", "t_p20261121", "t_p20261122");
      assertThat(db.number("select count(*) from app.t_p20261120")).isEqualTo(1);
      assertThat(db.number("select count(*) from app.t_rest")).isEqualTo(70);
      assertThat(ConversionTest.leftovers(db)).isEmpty();
    }
  }
}
