package io.sluice.pgtask.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.Login;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.MaintenanceSpec.Method;
import io.sluice.pgtask.task.MaintenanceSpec.Reorder;
import io.sluice.pgtask.task.Task;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Needs Debian's postgresql-15 and postgresql-15-repack. */
@EnabledIf("io.sluice.pgtask.maintenance.DebianPostgres#isInstalled")
class RepackIT {

  private static final Task TASK =
      TaskFixture.task(
          "rewrite",
          new MaintenanceSpec(
              List.of("t.parent"),
              List.of(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.of(
                  new Reorder(
                      Optional.of("a"),
                      OptionalDouble.of(0.3),
                      OptionalDouble.empty(),
                      100_000,
                      Duration.ofDays(2),
                      Method.PG_REPACK))));

  private DebianPostgres server;
  private TaskFixture fixture;

  @BeforeEach
  void start() throws Exception {
    server = new DebianPostgres();
    fixture = new TaskFixture(17);
    fixture.wrapping(ledger -> server.dataSource());
    fixture.clock.set(Instant.now());
    fixture.with(
        MaintenanceSpec.class,
        new Maintenance(
            name ->
                Optional.of(
                    new Login(
                        server.url(), "tester", () -> Optional.of(DebianPostgres.PASSWORD)))));
    server.sql(
        "create extension pg_repack",
        "create schema t",
        "create table t.parent (t timestamptz not null, a int not null, b text not null,"
            + " primary key (t, a)) partition by range (t)",
        "create table t.\"Cold one\" partition of t.parent for values from ('2020-01-01') to"
            + " ('2020-01-02') with (autovacuum_enabled = off)",
        "insert into t.parent select '2020-01-01', i, md5(i::text) from generate_series(1, 20000) i"
            + " order by md5(i::text)",
        "delete from t.parent where a % 4 <> 0");
    Awaitility.await()
        .until(
            () ->
                number("select pg_stat_get_mod_since_analyze('t.\"Cold one\"'::regclass)")
                    == 35_000);
    server.sql("vacuum analyze t.\"Cold one\"");
  }

  @AfterEach
  void stop() throws Exception {
    fixture.close();
    server.stop();
  }

  private long number(String query) throws SQLException {
    try (Connection connection = server.dataSource().getConnection()) {
      return Sql.number(connection, query);
    }
  }

  private long bytes() throws SQLException {
    return number("select pg_total_relation_size('t.\"Cold one\"')");
  }

  private void hasNothingHalfDone() throws SQLException {
    assertThat(
            number(
                "select (select count(*) from pg_trigger where tgname = 'repack_trigger') + (select"
                    + " count(*) from pg_class where relnamespace = 'repack'::regnamespace and"
                    + " relname ~ '^(log|table)_[0-9]')"))
        .isZero();
  }

  @Test
  void winsTheSpaceBack_byTheClient() throws SQLException {
    long before = bytes();
    RunResult result = fixture.run(TASK);
    assertThat(result.problems()).isEmpty();
    assertThat(result.values()).containsEntry("tablesReordered", 1L);
    assertThat(result.values().get("bytesFreed")).isEqualTo(before - bytes());
    assertThat(bytes()).isLessThan(before / 2);
    assertThat(number("select count(*) from t.parent")).isEqualTo(5000);
    assertThat(
            number(
                "select count(*) from (select a, lag(a) over (order by ctid) as before"
                    + " from t.parent) x where a < before"))
        .isZero();
    assertThat(fixture.texts("select sql from sluice.task_step"))
        .singleElement()
        .asString()
        .startsWith("-- pg_repack --no-password --host=127.0.0.1")
        .contains("'--table=\"t\".\"Cold one\"'", "--order-by=\"a\"")
        .doesNotContain(DebianPostgres.PASSWORD);
    hasNothingHalfDone();
    assertThat(fixture.run(TASK).steps()).isZero();
  }

  @Test
  void saysThatItsLockIsHeld_andLeavesNothing() throws SQLException {
    try (Connection other = server.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("lock table t.\"Cold one\" in access share mode");
      RunResult result = fixture.run(TASK);
      assertThat(result.problems())
          .singleElement()
          .asString()
          .contains("pg_repack did not rewrite the table", "timed out");
    }
    hasNothingHalfDone();
    assertThat(fixture.run(TASK).values()).containsEntry("tablesReordered", 1L);
  }

  @Test
  void endsTheClient_whenTheRunIsCancelled() throws Exception {
    try (Connection other = server.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("select pg_current_xact_id()");
      statement.execute("set transaction isolation level read committed");
      CompletableFuture<RunResult> run = CompletableFuture.supplyAsync(() -> fixture.run(TASK));
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> number("select count(*) from pg_trigger where tgname = 'repack_trigger'") == 1);
      assertThat(fixture.history.cancel(TASK.name())).isTrue();
      assertThat(run.join().state()).isEqualTo(State.CANCELLED);
    }
    hasNothingHalfDone();
    assertThat(number("select count(*) from t.parent")).isEqualTo(5000);
  }

  @Test
  void removesWhatAKilledClientLeft() throws SQLException {
    long oid = number("select 't.\"Cold one\"'::regclass::oid::bigint");
    server.sql(
        "create table repack.log_" + oid + " (id int)",
        "create table repack.table_" + oid + " (id int)",
        "create function t.nothing() returns trigger language plpgsql as 'begin return new; end'",
        "create trigger repack_trigger after insert on t.\"Cold one\" for each row execute function t.nothing()");
    RunResult result = fixture.run(TASK);
    assertThat(result.problems()).isEmpty();
    assertThat(result.values()).containsEntry("tablesReordered", 1L);
    hasNothingHalfDone();
  }
}
