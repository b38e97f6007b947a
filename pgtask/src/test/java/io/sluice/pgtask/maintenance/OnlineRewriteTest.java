package io.sluice.pgtask.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.fate.PauseStage;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.copyswap.Unpartitioning;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.MaintenanceSpec.Reorder;
import io.sluice.pgtask.task.MaintenanceSpec.Rewrite;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.UnpartitionSpec;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.FaultyDataSource.Planned;
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

/** Tables in use, rewritten for their bloat or for the tablespace they lie in. */
class OnlineRewriteTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  private static final Rewrite BLOATED =
      new Rewrite(OptionalDouble.of(0.4), Optional.empty(), Optional.empty(), 100_000);

  /** Where the parts of a table lie. */
  private static final String PLACES =
      """
      select x.relkind::text || coalesce(' ' || s.spcname, '') from pg_class c
      join pg_class x on x.oid in (c.oid, c.reltoastrelid)
        or x.oid in (select indexrelid from pg_index where indrelid in (c.oid, c.reltoastrelid))
      left join pg_tablespace s on s.oid = x.reltablespace where c.oid = '%s'::regclass order by 1
      """;

  private static Task task(Rewrite rewrite, Optional<Reorder> reorder, String... tables) {
    return TaskFixture.task(
        "rewrite",
        new MaintenanceSpec(
            List.of(tables),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            reorder,
            Optional.of(rewrite),
            OptionalLong.empty()));
  }

  private static Task task(Rewrite rewrite, String... tables) {
    return task(rewrite, Optional.empty(), tables);
  }

  private static Rewrite into(String tablespace) {
    return new Rewrite(OptionalDouble.empty(), Optional.empty(), Optional.of(tablespace), 10_000);
  }

  private static TaskFixture fixture(int major) throws SQLException {
    TaskFixture fixture = new TaskFixture(major);
    fixture.with(MaintenanceSpec.class, new Maintenance());
    fixture.clock.set(Instant.now());
    fixture.sql("create schema t");
    return fixture;
  }

  /** With much air in it. */
  private static void bloat(TaskFixture fixture, String table, String... create)
      throws SQLException {
    fixture.sql(create);
    fixture.sql(
        "insert into %s select i, md5(i::text) from generate_series(1, 10000) i".formatted(table),
        "delete from %s where a %% 4 <> 0".formatted(table));
    Stats.awaitChanged(fixture, table, 17_500);
    fixture.sql("vacuum analyze " + table);
    Stats.awaitChanged(fixture, table, 0);
  }

  private static String plain(String table) {
    return "create table %s (a int primary key, b text not null) with (autovacuum_enabled = off)"
        .formatted(table);
  }

  private static String rows(TaskFixture fixture, String table) throws SQLException {
    return fixture
        .texts(
            "select count(*) || md5(string_agg(a || b, ',' order by a)) from %s where a > 0"
                .formatted(table))
        .get(0);
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
  void winsTheSpaceOfTablesInUse(int major) throws Exception {
    try (TaskFixture fixture = fixture(major)) {
      bloat(fixture, "t.plain", plain("t.plain"));
      bloat(
          fixture,
          "t.leaf",
          "create table t.parent (a int not null, b text not null, primary key (a)) partition by range (a)",
          "create table t.leaf partition of t.parent for values from (minvalue) to (maxvalue) with (autovacuum_enabled = off)");
      for (String table : List.of("t.plain", "t.leaf")) {
        String rows = rows(fixture, table);
        long before = bytes(fixture, table);
        Traffic traffic = new Traffic(fixture, table.equals("t.leaf") ? "t.parent" : table);
        RunResult result = fixture.run(task(BLOATED, table));
        traffic.stop();
        assertThat(result.problems()).as(table).isEmpty();
        assertThat(result.values()).containsEntry("tablesRewritten", 1L);
        assertThat(result.values()).containsKeys("bytesAfter", "changesCaughtUp");
        assertThat(result.values().get("bytesBefore")).isGreaterThanOrEqualTo(before);
        assertThat(result.notes()).anyMatch(n -> n.startsWith("Rewrote " + table + ", because"));
        assertThat(bytes(fixture, table)).as(table).isLessThan(before / 2);
        assertThat(rows(fixture, table)).isEqualTo(rows);
        assertThat(fixture.number("select count(*) from %s where a < 0".formatted(table)))
            .as("what came and went meanwhile")
            .isLessThanOrEqualTo(1);
      }
      assertThat(fixture.partitions("t.parent")).containsExactly("leaf");
      hasNothingHalfDone(fixture);
      assertThat(fixture.run(task(BLOATED, "t.plain", "t.parent")).values())
          .doesNotContainKey("tablesRewritten");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void movesTablesWithIndexesAndToast(int major) throws Exception {
    try (TaskFixture fixture = fixture(major)) {
      String space = "space_" + fixture.database.name();
      fixture.sql(
          "set allow_in_place_tablespaces = on",
          "create tablespace %s location ''".formatted(space),
          "reset allow_in_place_tablespaces",
          "create table t.plain (a int primary key, b text not null)",
          "alter table t.plain alter column b set storage external",
          "create index on t.plain (md5(b))",
          "insert into t.plain select i, repeat(md5(i::text), 80) from generate_series(1, 500) i",
          "create table t.parent (a int not null, b text not null, primary key (a)) partition by range (a)",
          "create table t.leaf partition of t.parent for values from (minvalue) to (maxvalue) tablespace "
              + space,
          "create table t.small (a int primary key)",
          "insert into t.leaf select * from t.plain");
      List<String> there =
          List.of("i " + space, "i " + space, "i " + space, "r " + space, "t " + space);
      Task move = task(into(space), "t.*");
      assertThat(fixture.dryRun(move)).anyMatch(sql -> sql.contains("tablespace " + space));
      String rows = rows(fixture, "t.plain");
      Traffic traffic = new Traffic(fixture, "t.plain");
      RunResult result = fixture.run(move);
      traffic.stop();
      assertThat(result.problems()).isEmpty();
      assertThat(result.values())
          .as("the leaf's index lay elsewhere")
          .containsEntry("tablesRewritten", 2L);
      assertThat(fixture.texts(PLACES.formatted("t.plain"))).isEqualTo(there);
      assertThat(fixture.texts(PLACES.formatted("t.leaf"))).isEqualTo(there.subList(1, 5));
      assertThat(fixture.texts(PLACES.formatted("t.small"))).containsExactly("i", "r");
      assertThat(rows(fixture, "t.plain")).isEqualTo(rows);
      assertThat(rows(fixture, "t.leaf")).isEqualTo(rows);
      assertThat(fixture.run(move).values()).doesNotContainKey("tablesRewritten");
      assertThat(fixture.run(task(into("pg_default"), "t.plain")).problems()).isEmpty();
      assertThat(fixture.texts(PLACES.formatted("t.plain")))
          .containsExactly("i", "i", "i", "r", "t");
      hasNothingHalfDone(fixture);
      fixture.sql("drop schema t cascade", "drop tablespace " + space);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void rewritesNothing_whereTheTablespaceIsMissingOrForbidden(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      bloat(fixture, "t.plain", plain("t.plain"));
      long node = fixture.number("select pg_relation_filenode('t.plain')");
      for (String space : List.of("nowhere", "pg_global")) {
        assertThat(fixture.run(task(into(space), "t.plain")).problems())
            .singleElement()
            .asString()
            .contains("there is no tablespace " + space, "rewrite: tablespace");
      }
      assertThat(fixture.number("select pg_relation_filenode('t.plain')")).isEqualTo(node);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void ordersColdPartitions_andOnlyPacksTheOthers(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(
          "create table t.parent (at date not null, a int not null, b text not null, primary key (at, a)) partition by range (at)",
          "create table t.cold partition of t.parent for values from ('2020-01-01') to ('2020-01-02') with (autovacuum_enabled = off)",
          "create table t.warm partition of t.parent for values from ('2020-01-02') to ('2100-01-02') with (autovacuum_enabled = off)",
          "insert into t.parent select date '2020-01-01' + g % 2, g, md5(g::text) from generate_series(1, 20000) g",
          "delete from t.parent where a % 8 > 1");
      Stats.awaitChanged(fixture, "t.cold", 17_500);
      Stats.awaitChanged(fixture, "t.warm", 17_500);
      fixture.sql("vacuum analyze t.cold, t.warm");
      Stats.awaitChanged(fixture, "t.cold", 0);
      Reorder byText =
          new Reorder(
              Optional.of("b"),
              OptionalDouble.of(0.4),
              OptionalDouble.empty(),
              100_000,
              Duration.ofDays(2));
      RunResult result = fixture.run(task(BLOATED, Optional.of(byText), "t.parent"));
      assertThat(result.problems()).isEmpty();
      assertThat(result.values()).containsEntry("tablesRewritten", 2L);
      assertThat(fixture.texts("select b from t.cold"))
          .isEqualTo(fixture.texts("select b from t.cold order by b"));
      assertThat(fixture.texts("select a from t.warm"))
          .isEqualTo(fixture.texts("select a from t.warm order by a"));
      hasNothingHalfDone(fixture);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void startsOver_whenADefaultPartitionGotANeighbourMeanwhile(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      bloat(
          fixture,
          "t.rest",
          "create table t.parent (a int not null, b text not null, primary key (a)) partition by range (a)",
          "create table t.rest partition of t.parent default with (autovacuum_enabled = off)");
      FaultyDataSource faulty = new FaultyDataSource(fixture.dataSource);
      Planned neighbour =
          faulty.before(
              JdbcCall.containing("analyze \"t\".\"rest__sluice_copy\""),
              1,
              call ->
                  fixture.sql(
                      "create table t.other partition of t.parent for values from (-9) to (-1)"));
      fixture.wrapping(real -> faulty);
      String rows = rows(fixture, "t.parent");
      RunResult result = fixture.run(task(BLOATED, "t.parent"));
      assertThat(neighbour.struck()).isTrue();
      assertThat(result.problems())
          .singleElement()
          .asString()
          .contains("t.rest", "new partition beside it", "starts over");
      hasNothingHalfDone(fixture);
      fixture.wrapping(real -> real);
      assertThat(fixture.run(task(BLOATED, "t.parent")).values())
          .containsEntry("tablesRewritten", 1L);
      assertThat(rows(fixture, "t.parent")).isEqualTo(rows);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void leavesPartitionsAlone_whileTheirTableBecomesPlain(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.with(UnpartitionSpec.class, new Unpartitioning());
      bloat(
          fixture,
          "t.leaf",
          "create table t.parent (a int not null, b text not null, primary key (a)) partition by range (a)",
          "create table t.leaf partition of t.parent for values from (minvalue) to (maxvalue) with (autovacuum_enabled = off)");
      Task plain = TaskFixture.task("plain", new UnpartitionSpec("t.parent", 1 << 20, true));
      FaultyDataSource faulty = new FaultyDataSource(fixture.dataSource);
      faulty.before(
          JdbcCall.containing("analyze \"t\".\"parent__sluice_copy\""),
          1,
          FaultyDataSource.failure("57P01", "the server went away"));
      fixture.wrapping(real -> faulty);
      fixture.run(plain);
      fixture.wrapping(real -> real);
      RunResult result = fixture.run(task(BLOATED, "t.parent"));
      assertThat(result.values()).doesNotContainKey("tablesRewritten");
      assertThat(result.notes())
          .anyMatch(note -> note.startsWith("t.leaf is not rewritten, because another task"));
      String rows = rows(fixture, "t.parent");
      assertThat(fixture.run(plain).problems()).isEmpty();
      assertThat(rows(fixture, "t.parent")).isEqualTo(rows);
      hasNothingHalfDone(fixture);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void carriesOn_whereverItsProcessWasKilled(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      for (int n = 1; killedAt(fixture, n); n += 9) {
        String rows = rows(fixture, "t.plain");
        assertThat(fixture.run(task(BLOATED, "t.plain")).problems())
            .as("statement %d", n)
            .isEmpty();
        hasNothingHalfDone(fixture);
        assertThat(bytes(fixture, "t.plain")).as("statement %d", n).isLessThan(600_000);
        assertThat(rows(fixture, "t.plain")).isEqualTo(rows);
      }
    }
  }

  /** Whether there was a statement to be killed at. */
  private static boolean killedAt(TaskFixture fixture, int n) throws SQLException {
    bloat(fixture, "t.plain", "drop table if exists t.plain", plain("t.plain"));
    FaultyDataSource faulty = new FaultyDataSource(fixture.dataSource);
    faulty.before(JdbcCall.WORK, n, faulty.death());
    fixture.wrapping(real -> faulty);
    try {
      fixture.run(task(BLOATED, "t.plain"));
    } catch (PauseStage expected) {
      assertThat(faulty.struck()).isTrue();
    } finally {
      fixture.wrapping(real -> real);
    }
    return faulty.struck();
  }
}
