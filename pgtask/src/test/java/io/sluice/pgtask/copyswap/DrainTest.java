package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.fate.PauseStage;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.copyswap.ConcurrentLoad.Place;
import io.sluice.pgtask.partition.PartitionRotation;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.Interval.Unit;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.PartitionSpec.DefaultPartition;
import io.sluice.pgtask.task.PartitionSpec.Expired;
import io.sluice.pgtask.task.PartitionSpec.Template;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.JdbcCall;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DrainTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";
  private static final Place PLACE = new Place("app.t", "app.shadow", "key", "name", "at", false);

  static final PartitionSpec SPEC =
      new PartitionSpec(
          List.of("app.t"),
          List.of(),
          Optional.empty(),
          Optional.of(new Interval.Calendar(Unit.DAY)),
          Optional.empty(),
          Optional.empty(),
          OptionalInt.of(2),
          Optional.of(Duration.ofDays(8)),
          OptionalLong.empty(),
          OptionalLong.empty(),
          new Expired.Drop(),
          Optional.empty(),
          new DefaultPartition(true, 500),
          true,
          Optional.empty(),
          new Template(Optional.empty(), Optional.empty(), Map.of(), true),
          false,
          Optional.empty(),
          Duration.ZERO,
          100,
          0.5,
          false);

  private static TaskFixture fixture(int major) throws SQLException {
    TaskFixture db = draining(new TaskFixture(major));
    db.sql("create schema app");
    table(db);
    return db;
  }

  static TaskFixture draining(TaskFixture db) {
    return db.with(
        PartitionSpec.class,
        new PartitionRotation(
            db.ledger,
            connection -> db.clock.instant(),
            new Drain(),
            Optional.empty(),
            feed -> false));
  }

  private static void table(TaskFixture db) throws SQLException {
    db.sql(
        "create table app.t (key bigint, name text, at timestamptz not null, note text, primary key (key, at)) partition by range (at)",
        "create index on app.t (name, at)",
        "create table app.t_p20261113 partition of app.t for values from ('2026-11-13 00:00+00') to ('2026-11-14 00:00+00')",
        "create table app.t_rest partition of app.t default",
        "insert into app.t select g, 'old', timestamptz '2026-11-10' + g * interval '144 seconds', null from generate_series(1, 6000) g",
        "create table app.shadow as select * from app.t",
        "create index on app.shadow (key)");
  }

  static RunResult run(TaskFixture db) {
    return db.run(TaskFixture.task("rotate", SPEC));
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void movesRowsToTheirPartitions_whileTheyAreUsed(int major) throws SQLException {
    try (TaskFixture db = fixture(major)) {
      ConcurrentLoad load = new ConcurrentLoad(db.database.dataSource(), PLACE, 6001);
      RunResult result;
      try (load) {
        load.start();
        result = run(db);
      }
      assertThat(result.problems()).isEmpty();
      assertDrained(db, load);
      assertThat(result.values()).containsKey("longestBlockMillis");
    }
  }

  private static void assertDrained(TaskFixture db, ConcurrentLoad load) throws SQLException {
    assertThat(db.texts(load.differences())).isEmpty();
    assertThat(db.partitions("app.t"))
        .containsExactly(
            "t_p20261112",
            "t_p20261113",
            "t_p20261114",
            "t_p20261115",
            "t_p20261116",
            "t_p20261117",
            "t_p20261118",
            "t_p20261119",
            "t_p20261120",
            "t_p20261121",
            "t_p20261122",
            "t_rest");
    assertThat(db.number("select count(*) from app.t_rest where at >= '2026-11-12 00:00+00'"))
        .isZero();
    assertThat(db.number("select count(*) from app.t_rest")).isPositive();
    assertThat(
            db.texts(
                "select x.indexrelid::regclass::text from pg_index x where not exists (select from pg_inherits i where i.inhrelid = x.indexrelid) and x.indrelid in (select inhrelid from pg_inherits where inhparent = 'app.t'::regclass)"))
        .isEmpty();
    assertThat(ConversionTest.leftovers(db)).isEmpty();
  }

  /** PostgreSQL says in its log what it need not read. */
  @ParameterizedTest
  @MethodSource(VERSIONS)
  void readsNoPartitionUnderTheLock(int major) throws SQLException, IOException {
    try (TaskFixture db = fixture(major)) {
      db.sql(
          "alter table app.t_rest rename to t_rest_proven",
          "alter database %s set log_min_messages = debug1".formatted(db.database.name()));
      db.dataSource.getHikariPoolMXBean().softEvictConnections();
      assertThat(run(db).problems()).isEmpty();
      assertThat(Files.readString(db.database.server().log()))
          .contains(
              "partition constraint for table \"t_rest_proven\" is implied by existing constraints")
          .contains(
              "partition constraint for table \"t_p20261112\" is implied by existing constraints");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void completes_whenKilledAtSomeStatements(int major) throws SQLException {
    try (TaskFixture db = fixture(major)) {
      int statement = 1;
      boolean died = true;
      while (died) {
        FaultyDataSource faulty = new FaultyDataSource(db.database.dataSource());
        faulty.before(JdbcCall.WORK, statement, faulty.death());
        db.wrapping(real -> faulty);
        try {
          run(db);
        } catch (PauseStage e) {
          assertThat(faulty.struck()).isTrue();
        }
        db.wrapping(real -> real);
        RunResult result = run(db);
        assertThat(result.problems()).as("killed at statement " + statement).isEmpty();
        assertDrained(db, new ConcurrentLoad(db.dataSource, PLACE, 1));
        died = faulty.struck();
        statement += 8;
        db.sql("drop table app.t, app.shadow");
        table(db);
      }
      assertThat(statement).isGreaterThan(50);
    }
  }
}
