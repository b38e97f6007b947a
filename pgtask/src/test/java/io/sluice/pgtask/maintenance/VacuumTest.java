package io.sluice.pgtask.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.MaintenanceSpec.Analyze;
import io.sluice.pgtask.task.MaintenanceSpec.Vacuum;
import io.sluice.pgtask.task.Task;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VacuumTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  private static Task task(Optional<Vacuum> vacuum, Optional<Analyze> analyze, String... tables) {
    MaintenanceSpec spec =
        new MaintenanceSpec(
            List.of(tables),
            List.of("*.left_alone*"),
            vacuum,
            analyze,
            Optional.empty(),
            Optional.empty());
    return TaskFixture.task("tend", spec);
  }

  private static Task vacuum(double age, String... tables) {
    return task(Optional.of(new Vacuum(0.2, age)), Optional.empty(), tables);
  }

  private static Task analyze(String... tables) {
    return task(Optional.empty(), Optional.of(new Analyze(0.1)), tables);
  }

  private static TaskFixture fixture(int major) throws SQLException {
    TaskFixture fixture = new TaskFixture(major);
    fixture.with(MaintenanceSpec.class, new Maintenance());
    fixture.clock.set(Instant.now());
    fixture.sql("create schema t");
    return fixture;
  }

  private static void table(TaskFixture fixture, String name) throws SQLException {
    fixture.sql(
        "create table %s (a int primary key, b text) with (autovacuum_enabled = off)"
            .formatted(name),
        "insert into %s select i, md5(i::text) from generate_series(1, 5000) i".formatted(name));
  }

  private static void awaitDead(TaskFixture fixture, String table, long rows) throws SQLException {
    Stats.await(fixture, "pg_stat_get_dead_tuples('%s'::regclass) = %d".formatted(table, rows));
  }

  private static List<String> steps(TaskFixture fixture) throws SQLException {
    return fixture.texts("select sql from sluice.task_step order by run_id, n");
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void vacuumsWhatIsDead_andNothingElse(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      for (String name : List.of("t.dead", "t.fine", "t.left_alone")) {
        table(fixture, name);
      }
      fixture.sql(
          "create temp table dead as select 1",
          "delete from t.dead where a > 1000",
          "delete from t.left_alone where a > 1000",
          "delete from t.fine where a > 4900");
      awaitDead(fixture, "t.dead", 4000);
      awaitDead(fixture, "t.left_alone", 4000);
      awaitDead(fixture, "t.fine", 100);
      long before = fixture.number("select pg_total_relation_size('t.dead')");

      RunResult result = fixture.run(vacuum(0.8, "t.*"));
      assertThat(result.problems()).isEmpty();
      assertThat(steps(fixture))
          .containsExactly("vacuum (index_cleanup auto, parallel 0) \"t\".\"dead\"");
      assertThat(result.values()).containsEntry("tablesVacuumed", 1L);
      assertThat(result.values().get("bytesFreed"))
          .isEqualTo(before - fixture.number("select pg_total_relation_size('t.dead')"))
          .isPositive();
      assertThat(result.notes()).anyMatch(n -> n.contains("80 % of its 5,000 rows are dead"));
      awaitDead(fixture, "t.dead", 0);
      assertThat(fixture.run(vacuum(0.8, "t.*")).steps()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void namesWhoHoldsDeadRowsBack(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major);
        Connection other = fixture.dataSource.getConnection();
        Statement statement = other.createStatement()) {
      table(fixture, "t.dead");
      other.setAutoCommit(false);
      statement.execute("set transaction isolation level repeatable read");
      statement.execute("select 1");
      fixture.sql("delete from t.dead where a > 1000");
      awaitDead(fixture, "t.dead", 4000);
      RunResult result = fixture.run(vacuum(0.8, "t.dead"));
      int pid = other.unwrap(org.postgresql.PGConnection.class).getBackendPID();
      other.rollback();
      assertThat(result.values()).containsEntry("tablesVacuumed", 1L);
      assertThat(result.problems())
          .singleElement()
          .asString()
          .contains("dead rows of t.dead", "select pg_terminate_backend(" + pid + ")");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void freezesTheOldestFirst(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      table(fixture, "t.b_oldest");
      transactions(fixture, 3000);
      table(fixture, "t.a_younger");
      transactions(fixture, 3000);
      table(fixture, "t.c_young");
      for (String name : List.of("t.a_younger", "t.b_oldest", "t.c_young")) {
        fixture.sql("alter table %s set (autovacuum_freeze_max_age = 100000)".formatted(name));
      }
      RunResult result = fixture.run(vacuum(0.02, "t.*"));
      assertThat(result.problems()).isEmpty();
      assertThat(steps(fixture))
          .containsExactly(
              "vacuum (freeze, index_cleanup auto, parallel 0) \"t\".\"b_oldest\"",
              "vacuum (freeze, index_cleanup auto, parallel 0) \"t\".\"a_younger\"");
      assertThat(
              fixture.number(
                  "select age(relfrozenxid) from pg_class where oid = 't.b_oldest'::regclass"))
          .isLessThan(1000);
    }
  }

  private static void transactions(TaskFixture fixture, int count) throws SQLException {
    fixture.sql(
        "do $$ begin for i in 1..%d loop perform pg_current_xact_id(); commit; end loop; end $$"
            .formatted(count));
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void saysWhoKeepsRowsFromBeingFrozen(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major);
        Connection other = fixture.dataSource.getConnection();
        Statement statement = other.createStatement()) {
      table(fixture, "t.old");
      fixture.sql("alter table t.old set (autovacuum_freeze_max_age = 100000)");
      other.setAutoCommit(false);
      statement.execute("select pg_current_xact_id()");
      transactions(fixture, 3000);
      RunResult result = fixture.run(vacuum(0.02, "t.*"));
      other.rollback();
      assertThat(result.state()).isEqualTo(State.PARTIAL);
      assertThat(result.problems())
          .singleElement()
          .asString()
          .contains("rows of t.old are still too old", "pg_terminate_backend");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void analyzesParentsOfPartitions_whichAutovacuumDoesNot(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(
          "create table t.parent (a int) partition by range (a)",
          "create table t.one partition of t.parent for values from (0) to (1000) with (autovacuum_enabled = off)",
          "create table t.two partition of t.parent for values from (1000) to (2000) with (autovacuum_enabled = off)",
          "insert into t.parent select generate_series(0, 999)");
      Stats.awaitChanged(fixture, "t.one", 1000);
      fixture.sql("analyze t.one");
      assertThat(fixture.run(analyze("t.*")).problems()).isEmpty();
      String only = major >= 18 ? "only " : "";
      assertThat(steps(fixture)).containsExactly("analyze " + only + "\"t\".\"parent\"");
      Stats.await(fixture, "pg_stat_get_last_analyze_time('t.parent'::regclass) is not null");
      assertThat(fixture.run(analyze("t.*")).steps()).isZero();

      fixture.sql("insert into t.parent select generate_series(1000, 1999)");
      Stats.await(fixture, "pg_stat_get_mod_since_analyze('t.two'::regclass) = 1000");
      assertThat(fixture.run(analyze("t.*")).steps()).isPositive();
      assertThat(steps(fixture).get(1)).isEqualTo("analyze " + only + "\"t\".\"parent\"");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void analyzesWhatChanged_andWhatNeverWas(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      for (String name : List.of("t.changed", "t.never", "t.same")) {
        table(fixture, name);
        Stats.await(
            fixture, "pg_stat_get_mod_since_analyze('%s'::regclass) = 5000".formatted(name));
      }
      fixture.sql(
          "create table t.empty (a int)",
          "analyze t.changed, t.same",
          "delete from t.changed where a <= 1000",
          "delete from t.same where a <= 100");
      Stats.await(fixture, "pg_stat_get_mod_since_analyze('t.changed'::regclass) = 1000");
      Stats.await(fixture, "pg_stat_get_mod_since_analyze('t.same'::regclass) = 100");
      RunResult result = fixture.run(analyze("t.*"));
      assertThat(result.values()).containsEntry("tablesAnalyzed", 2L);
      assertThat(steps(fixture))
          .containsExactly("analyze \"t\".\"changed\"", "analyze \"t\".\"never\"");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void neverTouchesWhatIsNotATable_andSaysSo(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(
          "create extension file_fdw",
          "create server files foreign data wrapper file_fdw",
          "create foreign table t.foreign_one (a text) server files options (filename '/dev/null')",
          "create view t.seen as select 1 as one",
          "create unlogged table t.unlogged as select generate_series(1, 100) as a");
      RunResult result =
          fixture.run(analyze("t.*", "t.foreign_one", "pg_catalog.pg_class", "t.not_there"));
      assertThat(steps(fixture)).containsExactly("analyze \"t\".\"unlogged\"");
      assertThat(result.problems())
          .hasSize(3)
          .anyMatch(p -> p.startsWith("t.foreign_one is not a table"))
          .anyMatch(p -> p.startsWith("pg_catalog.pg_class is not a table"))
          .anyMatch(p -> p.startsWith("t.not_there is not a table"));
    }
  }
}
