package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.run.TaskMetrics;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.task.Consequence;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.Window;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.FaultyDataSource.Fault;
import io.sluice.testkit.FaultyDataSource.Planned;
import io.sluice.testkit.JdbcCall;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.ds.PGSimpleDataSource;

class DisturbedConversionTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";
  private static final String BATCH = "in access share mode";

  private static ConvertSpec spec() {
    return new ConvertSpec(
        "app.t",
        "at",
        new Interval.Calendar(Interval.Unit.WEEK),
        Optional.empty(),
        Optional.empty(),
        false,
        100,
        32_768,
        true,
        Set.of(Consequence.values()),
        false);
  }

  private static Task task() {
    return TaskFixture.task("convert", spec());
  }

  private static TaskFixture fixture(int major, String key) throws SQLException {
    TaskFixture db = new TaskFixture(major).with(ConvertSpec.class, new Conversion());
    db.sql(
        "create schema app",
        "create table app.t (key bigint %s, at timestamptz not null, note text)".formatted(key),
        "insert into app.t select g, timestamptz '2026-11-01' + g * interval '3 minutes', repeat('x', 200) from generate_series(1, 5000) g");
    return db;
  }

  private static Planned before(TaskFixture db, String text, int nth, Fault fault) {
    FaultyDataSource faulty = new FaultyDataSource(db.dataSource);
    db.wrapping(real -> faulty);
    return faulty.before(JdbcCall.containing(text), nth, fault);
  }

  private static void assertConverted(TaskFixture db, long rows, long sum) throws SQLException {
    assertThat(db.texts("select relkind from pg_class where oid = 'app.t'::regclass"))
        .containsExactly("p");
    assertThat(db.number("select count(*) from app.t")).isEqualTo(rows);
    assertThat(db.number("select coalesce(sum(key), 0) from app.t")).isEqualTo(sum);
    assertThat(ConversionTest.leftovers(db)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void saysWhichNameIsTaken_whenRowsNeedAnotherPartitionMeanwhile(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "primary key")) {
      before(
          db,
          BATCH,
          1,
          call ->
              db.sql(
                  "create table app.t_p20261221 ()",
                  "insert into app.t values (9000, '2026-12-22', 'later')"));
      assertThat(db.run(task()).problems())
          .singleElement()
          .asString()
          .contains("app.t_p20261221", "already exists", "rename or drop it");
      db.sql("drop table app.t_p20261221");
      assertThat(db.run(task()).problems()).isEmpty();
      assertConverted(db, 5001, 5000L * 5001 / 2 + 9000);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void forgetsWhatWasThere_whenTheTableIsTruncatedMeanwhile(int major) throws SQLException {
    for (String moment : List.of(BATCH, "create index", "lock table \"app\".\"t\" in access")) {
      try (TaskFixture db = fixture(major, "primary key")) {
        db.sql("create index on app.t (note)");
        Planned truncated =
            before(
                db,
                moment,
                1,
                call ->
                    db.sql(
                        "truncate app.t", "insert into app.t values (7, '2026-11-03', 'after')"));
        RunResult result = db.run(task());
        assertThat(truncated.struck()).isTrue();
        assertThat(result.problems()).as(moment).isEmpty();
        assertConverted(db, 1, 7);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void copiesFromTheStart_whenTheTableIsRewrittenMeanwhile(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "primary key")) {
      db.sql("delete from app.t where key <= 2000");
      before(db, BATCH, 20, call -> db.sql("vacuum full app.t"));
      RunResult result = db.run(task());
      assertThat(result.problems()).isEmpty();
      assertConverted(db, 3000, 3000L * (2001 + 5000) / 2);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void removesItsCopy_whenTheTableIsAlteredMeanwhile_andBeginsAnew(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "primary key")) {
      before(db, "analyze", 1, call -> db.sql("alter table app.t add column more int default 5"));
      RunResult result = db.run(task());
      assertThat(result.problems()).singleElement().asString().contains("was altered");
      assertThat(ConversionTest.leftovers(db)).isEmpty();
      db.wrapping(real -> real);
      assertThat(db.run(task()).state()).isEqualTo(State.DONE);
      assertThat(db.number("select sum(more) from app.t")).isEqualTo(25_000);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void triesAgain_whenAReaderHoldsTheTable(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "primary key");
        Connection reader = db.dataSource.getConnection();
        Statement statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.execute("lock table app.t in access share mode");
      RunResult result = db.run(task());
      assertThat(result.problems())
          .singleElement()
          .asString()
          .contains("its lock was held by others");
      reader.rollback();
      reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      statement.execute("select 1");
      await()
          .until(
              () ->
                  db.number(
                          "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in tr%' and state_change < clock_timestamp() - interval '2 s'")
                      == 1);
      result = db.run(task());
      assertThat(result.problems()).singleElement().asString().contains("hold an old snapshot");
      reader.rollback();
      assertThat(db.run(task()).state()).isEqualTo(State.DONE);
      assertConverted(db, 5000, 5000L * 5001 / 2);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void takesEverythingBack_whenCancelled(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "primary key")) {
      Planned cancelled = before(db, BATCH, 5, call -> cancel(db));
      RunResult result = db.run(task());
      assertThat(cancelled.struck()).isTrue();
      assertThat(result.state()).as(result.toString()).isEqualTo(State.CANCELLED);
      assertThat(ConversionTest.leftovers(db)).isEmpty();
      assertThat(db.texts("select relkind from pg_class where oid = 'app.t'::regclass"))
          .containsExactly("r");
    }
  }

  /** And until the process has noticed. */
  private static void cancel(TaskFixture db) throws SQLException {
    db.sql("update sluice.task_run set cancel = true");
    String then = db.texts("select clock_timestamp()").get(0);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                db.number("select count(*) from sluice.task_run where alive_at > '" + then + "'")
                    == 1);
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void carriesOn_whenTheServiceWasStopped(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "primary key")) {
      before(db, BATCH, 10, call -> db.runner.close(Duration.ofMillis(1)));
      assertThat(db.run(task()).state()).isEqualTo(State.CANCELLED);
      assertThat(db.number("select next_block from app.t__sluice_state")).isPositive();
      db.sql("delete from app.t where key % 2 = 0");
      TaskRunner next =
          new TaskRunner(
              name -> db.dataSource,
              db.history,
              new TaskMetrics(new SimpleMeterRegistry()),
              db.clock,
              "next",
              Duration.ofSeconds(5));
      try (next) {
        next.with(ConvertSpec.class, new Conversion());
        assertThat(next.run(task(), "test").orElseThrow().problems()).isEmpty();
      }
      assertConverted(db, 2500, 2500L * 2500);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void carriesOnInTheNextWindow(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "primary key")) {
      Window friday =
          new Window(
              Set.of(DayOfWeek.FRIDAY), LocalTime.of(11, 0), LocalTime.of(13, 0), ZoneOffset.UTC);
      Task plain = task();
      Task windowed =
          new Task(
              plain.name(),
              "",
              plain.database(),
              plain.zone(),
              Optional.empty(),
              List.of(friday),
              plain.limits(),
              plain.spec());
      before(db, BATCH, 10, call -> db.clock.advance(Duration.ofHours(2)));
      RunResult result = db.run(windowed);
      assertThat(result.state()).isEqualTo(State.STOPPED);
      assertThat(db.number("select next_block from app.t__sluice_state")).isEqualTo(40);
      db.sql("delete from app.t where key % 2 = 0", "update app.t set key = -key where key < 100");
      db.clock.advance(Duration.ofDays(7).minusHours(2));
      Planned batch = before(db, BATCH, 1, call -> {});
      assertThat(db.run(windowed).problems()).isEmpty();
      assertThat(batch.struck()).isTrue();
      assertConverted(db, 2500, 2500L * 2500 - 2 * 2500);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void saysEverythingThatIsAgainstIt(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "primary key")) {
      db.sql(
          "alter table app.t add other int unique, alter column at drop not null",
          "insert into app.t values (-1, '1970-01-01', 'x', 1), (-2, '2090-01-01', 'y', 2)",
          "create table app.child (t bigint references app.t)",
          "create materialized view app.mat as select count(*) from app.t",
          "create publication pub for table app.t",
          "create rule quiet as on delete to app.t where old.key = 0 do nothing",
          "create table app.t_before (x int)");
      RunResult result = db.run(task());
      assertThat(String.join("\n", result.problems()))
          .contains("constraint child_t_fkey on table app.child")
          .contains("rule _RETURN on materialized view app.mat")
          .contains("publication pub")
          .contains("rule quiet")
          .contains("column at of app.t is nullable")
          .contains("more than the 100 partitions")
          .contains("default: true");
      assertThat(db.texts("select relkind from pg_class where oid = 'app.t'::regclass"))
          .containsExactly("r");
      assertThat(ConversionTest.leftovers(db)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void needsNoMoreThanTheOwnersRights(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "primary key")) {
      String owner = "owner_" + System.nanoTime();
      db.sql(
          "create role %1$s login password 'x'".formatted(owner),
          "grant usage on schema app to " + owner);
      PGSimpleDataSource theirs = new PGSimpleDataSource();
      theirs.setUrl(db.database.jdbcUrl());
      theirs.setUser(owner);
      theirs.setPassword("x");
      db.wrapping(real -> theirs);
      assertThat(String.join("\n", db.run(task()).problems()))
          .contains("app.t cannot be rewritten: role " + owner)
          .contains("alter table app.t owner to " + owner)
          .contains("grant create on schema app to " + owner);
      db.sql(
          "grant create on schema app to " + owner,
          "alter table app.t owner to " + owner,
          "alter table app.t enable row level security");
      assertThat(db.run(task()).problems()).isEmpty();
      assertConverted(db, 5000, 5000L * 5001 / 2);
      assertThat(
              db.texts(
                  "select distinct pg_get_userbyid(relowner) from pg_class where relname like 't\\_p%' or relname = 't'"))
          .containsExactly(owner);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void showsTheSqlAndChangesNothing_whenDry(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "primary key")) {
      List<String> sql = db.dryRun(task());
      assertThat(String.join("\n", sql))
          .contains("create table \"app\".\"t__sluice_copy\" (like \"app\".\"t\" including all")
          .contains("create trigger sluice_log_insert after insert on \"app\".\"t\"")
          .contains("alter table \"app\".\"t__sluice_copy\" rename to \"t\"");
      assertThat(ConversionTest.leftovers(db)).isEmpty();
    }
  }
}
