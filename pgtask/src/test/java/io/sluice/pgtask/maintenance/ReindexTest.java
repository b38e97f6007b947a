package io.sluice.pgtask.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.MaintenanceSpec.Reindex;
import io.sluice.pgtask.task.Task;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.JdbcCall;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

class ReindexTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  private static MaintenanceSpec spec(OptionalLong space, String... tables) {
    return new MaintenanceSpec(
        List.of(tables),
        List.of("*.left_alone"),
        Optional.empty(),
        Optional.empty(),
        Optional.of(new Reindex(0.4, 100_000)),
        Optional.empty(),
        Optional.empty(),
        space);
  }

  private static Task task(String... tables) {
    return TaskFixture.task("rebuild", spec(OptionalLong.empty(), tables));
  }

  private static TaskFixture fixture(int major) throws SQLException {
    TaskFixture fixture = new TaskFixture(major);
    fixture.with(MaintenanceSpec.class, new Maintenance());
    fixture.sql("create schema t");
    return fixture;
  }

  private static void bloat(TaskFixture fixture, String table) throws SQLException {
    fixture.sql(
        "create table %s (a int primary key, b text not null) with (autovacuum_enabled = off)"
            .formatted(table),
        "insert into %s select i, md5(i::text) from generate_series(1, 20000) i".formatted(table),
        "create index on %s (b)".formatted(table),
        "delete from %s where a %% 5 <> 0".formatted(table),
        "vacuum analyze %s".formatted(table));
  }

  private static long indexBytes(TaskFixture fixture, String table) throws SQLException {
    return fixture.number("select pg_indexes_size('%s')".formatted(table));
  }

  private static long invalid(TaskFixture fixture) throws SQLException {
    return fixture.number("select count(*) from pg_index where not indisvalid");
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void winsSpaceBack_whileOthersReadAndWrite(int major) throws Exception {
    try (TaskFixture fixture = fixture(major)) {
      bloat(fixture, "t.bloated");
      bloat(fixture, "t.left_alone");
      long before = indexBytes(fixture, "t.bloated");
      String rows = "select md5(string_agg(a || b, ',' order by a)) from t.bloated where a > 0";
      String contents = fixture.texts(rows).get(0);
      Traffic traffic = new Traffic(fixture, "t.bloated");
      RunResult result = fixture.run(task("t.*"));
      traffic.stop();

      assertThat(result.problems()).isEmpty();
      assertThat(result.state()).isEqualTo(State.DONE);
      assertThat(result.values()).containsEntry("indexesRebuilt", 2L);
      assertThat(indexBytes(fixture, "t.bloated")).isLessThan(before / 2);
      assertThat(result.values().get("bytesFreed")).isGreaterThan(before / 3);
      assertThat(result.notes()).anyMatch(note -> note.contains("freed "));
      assertThat(fixture.texts(rows)).containsExactly(contents);
      assertThat(invalid(fixture)).isZero();
      assertThat(fixture.run(task("t.*")).values()).doesNotContainKey("indexesRebuilt");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void showsTheSqlOfEachIndex_whenDry(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      bloat(fixture, "t.bloated");
      assertThat(fixture.dryRun(task("t.bloated")))
          .contains(
              "lock table only \"t\".\"bloated\" in share update exclusive mode",
              "reindex index concurrently \"t\".\"bloated_pkey\"",
              "reindex index concurrently \"t\".\"bloated_b_idx\"");
      assertThat(fixture.number("select count(*) from sluice.task_run")).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void rebuildsIndexesOfPartitions_byTheirParentsName(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(
          "create table t.parent (a int, b text, primary key (a)) partition by range (a)",
          "create table t.part_of_it partition of t.parent for values from (0) to (100000)",
          "alter table t.part_of_it set (autovacuum_enabled = off)",
          "insert into t.parent select i, md5(i::text) from generate_series(1, 20000) i",
          "delete from t.parent where a % 5 <> 0",
          "vacuum analyze t.part_of_it");
      assertThat(fixture.run(task("t.parent")).values()).containsEntry("indexesRebuilt", 1L);
      assertThat(
              fixture.number(
                  "select count(*) from pg_index where indisvalid and indrelid in"
                      + " ('t.parent'::regclass, 't.part_of_it'::regclass)"))
          .isEqualTo(2);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void notesExclusionConstraints_whichCannotBeRebuiltInUse(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(
          "create table t.excluding (a int, exclude using btree (a with =)) with (autovacuum_enabled = off)",
          "insert into t.excluding select i from generate_series(1, 20000) i",
          "delete from t.excluding where a % 5 <> 0",
          "vacuum analyze t.excluding");
      RunResult result = fixture.run(task("t.excluding"));
      assertThat(result.steps()).isZero();
      assertThat(result.state()).isEqualTo(State.DONE);
      assertThat(result.notes()).anyMatch(note -> note.contains("exclusion constraint"));
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void analyzesFirst_whereStatisticsAreMissing(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(
          "create table t.fresh (a int primary key) with (autovacuum_enabled = off)",
          "insert into t.fresh select i from generate_series(1, 20000) i",
          "delete from t.fresh where a % 5 <> 0");
      RunResult result = fixture.run(task("t.fresh"));
      assertThat(result.problems()).isEmpty();
      assertThat(fixture.texts("select sql from sluice.task_step order by n").get(0))
          .isEqualTo("analyze \"t\".\"fresh\"");
      assertThat(result.values()).containsEntry("indexesRebuilt", 1L);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void goesOnWithTheNext_whenAnotherHoldsTheLock(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major);
        Connection other = fixture.dataSource.getConnection();
        Statement statement = other.createStatement()) {
      bloat(fixture, "t.a_locked");
      bloat(fixture, "t.b_exclusive");
      bloat(fixture, "t.c_free");
      other.setAutoCommit(false);
      statement.execute("lock table t.a_locked in share update exclusive mode");
      statement.execute("lock table t.b_exclusive in access exclusive mode");
      RunResult result = fixture.run(task("t.*"));
      other.rollback();
      assertThat(result.state()).isEqualTo(State.PARTIAL);
      assertThat(result.values()).containsEntry("indexesRebuilt", 2L);
      assertThat(result.problems())
          .anyMatch(p -> p.contains("a_locked") && p.contains("its lock was held by others"))
          .anyMatch(p -> p.contains("b_exclusive") && p.contains("ACCESS EXCLUSIVE"));
      assertThat(fixture.run(task("t.*")).values()).containsEntry("indexesRebuilt", 4L);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void beginsNothingLargerThanItsSpace(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      bloat(fixture, "t.bloated");
      Task task = TaskFixture.task("rebuild", spec(OptionalLong.of(10_000), "t.bloated"));
      RunResult result = fixture.run(task);
      assertThat(result.state()).isEqualTo(State.FAILED);
      assertThat(result.problems()).hasSize(2).allMatch(p -> p.contains("allows 9.8 KB"));
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void saysWhichGrantIsMissing(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      bloat(fixture, "t.bloated");
      String role = "weak_" + fixture.database.name();
      fixture.sql("create role " + role, "alter table t.bloated owner to " + role);
      fixture.sql("create role other_" + role + " login password 'weak'");
      PGSimpleDataSource weak = new PGSimpleDataSource();
      weak.setUrl(fixture.database.jdbcUrl());
      weak.setUser("other_" + role);
      weak.setPassword("weak");
      fixture.wrapping(real -> weak);
      RunResult result = fixture.run(task("t.bloated"));
      assertThat(result.problems())
          .singleElement()
          .asString()
          .contains("may not maintain t.bloated", "grant " + role + " to other_" + role);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void reportsInvalidIndexesOfPeople_andDropsThoseOfBrokenRebuilds(int major) throws Exception {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(
          "create table t.twice (a int)",
          "insert into t.twice values (1), (1)",
          "create table t.plain (a int primary key)");
      try {
        fixture.sql("create unique index concurrently mine on t.twice (a)");
      } catch (SQLException expected) {
        assertThat(expected.getSQLState()).isEqualTo("23505");
      }
      killDuringReindex(fixture, "insert into t.plain values (1)", "plain_pkey");
      killDuringReindex(fixture, "lock table t.plain in access share mode", "plain_pkey");
      assertThat(fixture.texts("select relname from pg_class where relname ~ '_cc' order by 1"))
          .containsExactly("plain_pkey_ccnew", "plain_pkey_ccold");

      RunResult result = fixture.run(task("t.*"));
      assertThat(result.problems()).singleElement().asString().contains("t.mine", "is invalid");
      assertThat(result.steps()).isEqualTo(2);
      assertThat(fixture.texts("select relname from pg_class where relname ~ '_cc'")).isEmpty();
      assertThat(
              fixture.number("select count(*) from pg_index where indrelid = 't.plain'::regclass"))
          .isEqualTo(1);
    }
  }

  /** Makes a rebuild wait for a transaction that did something, and kills it there. */
  private static void killDuringReindex(TaskFixture fixture, String holding, String index)
      throws Exception {
    try (Connection other = fixture.dataSource.getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute(holding);
      CompletableFuture<Void> rebuild =
          CompletableFuture.runAsync(
              () -> {
                try {
                  fixture.sql("reindex index concurrently t." + index);
                } catch (SQLException expected) {
                  assertThat(expected.getSQLState()).isEqualTo("57P01");
                }
              });
      kill(fixture, other);
      rebuild.join();
      other.rollback();
    }
  }

  /** Kills the backend that waits for another's transaction. */
  private static void kill(TaskFixture fixture, Connection holder) throws SQLException {
    String kill =
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where query ~ '^reindex'"
            + " and pg_blocking_pids(pid) = array[%d]"
                .formatted(holder.unwrap(PGConnection.class).getBackendPID());
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> fixture.texts(kill).contains("t"));
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void takesBackWhatItMade_whenItsBackendIsKilledInside(int major) throws Exception {
    try (TaskFixture fixture = fixture(major)) {
      bloat(fixture, "t.bloated");
      for (String holding :
          List.of(
              "insert into t.bloated values (-1, 'x')",
              "lock table t.bloated in access share mode")) {
        try (Connection other = fixture.dataSource.getConnection();
            Statement statement = other.createStatement()) {
          other.setAutoCommit(false);
          statement.execute(holding);
          CompletableFuture<RunResult> run =
              CompletableFuture.supplyAsync(() -> fixture.run(task("t.bloated")));
          kill(fixture, other);
          other.rollback();
          RunResult result = run.join();
          assertThat(result.problems()).isNotEmpty().allMatch(p -> p.contains("Rebuild index"));
        }
        assertThat(invalid(fixture)).isZero();
      }
      fixture.run(task("t.bloated"));
      assertThat(indexBytes(fixture, "t.bloated")).isLessThan(500_000);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void carriesOn_whereverItWasKilled(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      for (boolean process : List.of(false, true)) {
        for (int n = 1; killedAt(fixture, n, process); n++) {
          assertThat(fixture.run(task("t.bloated")).problems()).as("statement %d", n).isEmpty();
          assertThat(invalid(fixture)).isZero();
          assertThat(indexBytes(fixture, "t.bloated")).isLessThan(500_000);
          assertThat(fixture.number("select count(*) from t.bloated")).isEqualTo(4000);
        }
      }
    }
  }

  /** Whether there was a statement to be killed at. */
  private static boolean killedAt(TaskFixture fixture, int n, boolean process) throws SQLException {
    fixture.wrapping(real -> real);
    fixture.sql("drop table if exists t.bloated");
    bloat(fixture, "t.bloated");
    FaultyDataSource faulty = new FaultyDataSource(fixture.dataSource);
    faulty.before(JdbcCall.WORK, n, process ? faulty.death() : faulty.lostConnection());
    fixture.wrapping(real -> faulty);
    try {
      fixture.run(task("t.bloated"));
    } catch (io.sluice.core.fate.PauseStage expected) {
      assertThat(faulty.struck()).isTrue();
    }
    fixture.wrapping(real -> real);
    return faulty.struck();
  }
}
