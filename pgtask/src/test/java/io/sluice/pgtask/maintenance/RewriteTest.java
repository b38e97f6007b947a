package io.sluice.pgtask.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.fate.PauseStage;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.MaintenanceSpec.Reorder;
import io.sluice.pgtask.task.Task;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.JdbcCall;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RewriteTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  private static final String ROWS =
      "select count(*) || md5(string_agg(t::text || a || b, ',' order by a)) from t.parent";

  private static Task task(OptionalLong space, OptionalDouble correlation, String... tables) {
    Reorder reorder =
        new Reorder(
            Optional.of("a"), OptionalDouble.of(0.3), correlation, 100_000, Duration.ofDays(2));
    MaintenanceSpec spec =
        new MaintenanceSpec(
            List.of(tables),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(reorder),
            Optional.empty(),
            space);
    return TaskFixture.task("rewrite", spec);
  }

  private static Task task(String... tables) {
    return task(OptionalLong.empty(), OptionalDouble.empty(), tables);
  }

  private static TaskFixture fixture(int major) throws SQLException {
    TaskFixture fixture = new TaskFixture(major);
    fixture.with(MaintenanceSpec.class, new Maintenance());
    fixture.clock.set(Instant.now());
    fixture.sql("create schema t");
    return fixture;
  }

  /** A partition of long ago and the one of now, both with much air. */
  private static void partitions(TaskFixture fixture) throws SQLException {
    fixture.sql(
        "drop table if exists t.parent",
        "create table t.parent (t timestamptz not null, a int not null, b text not null,"
            + " primary key (t, a)) partition by range (t)",
        "create table t.cold partition of t.parent for values from ('2020-01-01') to ('2020-01-02')"
            + " with (autovacuum_enabled = off)",
        "create table t.warm partition of t.parent for values from ('2020-01-02') to ('2100-01-02')"
            + " with (autovacuum_enabled = off)",
        "insert into t.parent select '2020-01-01', i, md5(i::text) from generate_series(1, 10000) i",
        "insert into t.parent select '2020-01-02', -i, md5(i::text) from generate_series(1, 10000) i",
        "delete from t.parent where a % 4 <> 0");
    Stats.awaitChanged(fixture, "t.cold", 17_500);
    fixture.sql("vacuum analyze t.cold, t.warm");
    Stats.awaitChanged(fixture, "t.cold", 0);
  }

  private static long bytes(TaskFixture fixture, String table) throws SQLException {
    return fixture.number("select pg_total_relation_size('%s')".formatted(table));
  }

  private static void hasNothingHalfDone(TaskFixture fixture) throws SQLException {
    assertThat(
            fixture.texts(
                "select relname from pg_class where relname ~ '__sluice' union all"
                    + " select tgname from pg_trigger where tgname ~ 'sluice' union all"
                    + " select proname from pg_proc where proname ~ '__sluice'"))
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void winsTheSpaceOfColdPartitions_andLeavesWarmOnes(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      partitions(fixture);
      String rows = fixture.texts(ROWS).get(0);
      long cold = bytes(fixture, "t.cold");
      long warm = bytes(fixture, "t.warm");
      RunResult result = fixture.run(task("t.parent"));
      assertThat(result.problems()).isEmpty();
      assertThat(result.values()).containsEntry("tablesRewritten", 1L);
      assertThat(result.values().get("bytesFreed")).isEqualTo(cold - bytes(fixture, "t.cold"));
      assertThat(bytes(fixture, "t.cold")).isLessThan(cold / 2);
      assertThat(bytes(fixture, "t.warm")).isEqualTo(warm);
      assertThat(fixture.texts(ROWS)).containsExactly(rows);
      assertThat(fixture.partitions("t.parent")).containsExactly("cold", "warm");
      hasNothingHalfDone(fixture);
      assertThat(fixture.run(task("t.parent")).values()).doesNotContainKey("tablesRewritten");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void waits_whereAColdPartitionIsStillWrittenTo(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      partitions(fixture);
      fixture.sql("update t.cold set b = 'x' where a = 4");
      Stats.awaitChanged(fixture, "t.cold", 1);
      RunResult first = fixture.run(task("t.parent"));
      assertThat(first.values()).doesNotContainKey("tablesRewritten");
      assertThat(first.notes()).anyMatch(n -> n.contains("t.cold is not rewritten yet"));
      assertThat(fixture.texts("select sql from sluice.task_step"))
          .containsExactly("analyze \"t\".\"cold\"");
      Stats.awaitChanged(fixture, "t.cold", 0);
      assertThat(fixture.run(task("t.parent")).values()).containsEntry("tablesRewritten", 1L);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void ordersAPlainTable_onceNobodyWroteForLongEnough(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(
          "create table t.plain (a int primary key, b text) with (autovacuum_enabled = off)",
          "insert into t.plain select i, md5(i::text) from generate_series(1, 10000) i"
              + " order by md5(i::text)");
      Stats.awaitChanged(fixture, "t.plain", 10_000);
      fixture.sql("vacuum analyze t.plain");
      Stats.awaitChanged(fixture, "t.plain", 0);
      Task task = task(OptionalLong.empty(), OptionalDouble.of(0.5), "t.plain");
      assertThat(fixture.run(task).values()).isEmpty();
      fixture.clock.advance(Duration.ofDays(3));
      assertThat(fixture.run(task(OptionalLong.empty(), OptionalDouble.of(0.5), "t.*")).values())
          .as("only a glob names it")
          .isEmpty();
      RunResult result = fixture.run(task);
      assertThat(result.problems()).isEmpty();
      assertThat(result.values()).containsEntry("tablesRewritten", 1L);
      assertThat(
              fixture.number(
                  "select count(*) from (select a, lag(a) over (order by ctid) as before"
                      + " from t.plain) x where a < before"))
          .isZero();
      fixture.clock.advance(Duration.ofDays(3));
      assertThat(fixture.run(task).values()).doesNotContainKey("tablesRewritten");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void beginsNothing_whereSpaceIsShortOrTheOrderUnknown(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      partitions(fixture);
      RunResult result =
          fixture.run(task(OptionalLong.of(1000), OptionalDouble.empty(), "t.parent"));
      assertThat(result.problems()).singleElement().asString().contains("allows 1000 B");
      fixture.sql("alter table t.parent rename a to other");
      assertThat(fixture.run(task("t.parent")).problems())
          .singleElement()
          .asString()
          .contains("neither an index nor columns a");
      hasNothingHalfDone(fixture);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void carriesOn_whereverItsProcessWasKilled(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      for (int n = 1; killedAt(fixture, n); n += 3) {
        String rows = fixture.texts(ROWS).get(0);
        assertThat(fixture.run(task("t.parent")).problems()).as("statement %d", n).isEmpty();
        hasNothingHalfDone(fixture);
        assertThat(bytes(fixture, "t.cold")).as("statement %d", n).isLessThan(600_000);
        assertThat(fixture.texts(ROWS)).containsExactly(rows);
      }
    }
  }

  /** Whether there was a statement to be killed at. */
  private static boolean killedAt(TaskFixture fixture, int n) throws SQLException {
    partitions(fixture);
    FaultyDataSource faulty = new FaultyDataSource(fixture.dataSource);
    faulty.before(JdbcCall.WORK, n, faulty.death());
    fixture.wrapping(real -> faulty);
    try {
      fixture.run(task("t.parent"));
    } catch (PauseStage expected) {
      assertThat(faulty.struck()).isTrue();
    } finally {
      fixture.wrapping(real -> real);
    }
    return faulty.struck();
  }
}
