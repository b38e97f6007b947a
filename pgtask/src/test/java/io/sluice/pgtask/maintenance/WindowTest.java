package io.sluice.pgtask.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.run.TaskMetrics;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.MaintenanceSpec.Reindex;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.Window;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WindowTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  private static final Window NIGHT =
      new Window(
          EnumSet.allOf(DayOfWeek.class), LocalTime.of(1, 0), LocalTime.of(5, 0), ZoneOffset.UTC);

  private static Task task() {
    MaintenanceSpec spec =
        new MaintenanceSpec(
            List.of("t.*"),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new Reindex(0.4, 100_000)),
            Optional.empty());
    return new Task(
        "rebuild",
        "",
        DatabaseSpec.WAREHOUSE,
        ZoneOffset.UTC,
        Optional.empty(),
        List.of(NIGHT),
        TaskFixture.LIMITS,
        spec);
  }

  private static Instant night(String time) {
    return Instant.parse("2030-01-01T" + time + "Z");
  }

  /** A clock that goes on from a time of the night. */
  private static Clock from(String time) {
    return Clock.offset(Clock.systemUTC(), Duration.between(Instant.now(), night(time)));
  }

  /** A clock that stands, so that a slow machine leaves as much of the window as a fast one. */
  private static Clock at(String time) {
    return Clock.fixed(night(time), ZoneOffset.UTC);
  }

  private static RunResult run(TaskFixture fixture, Clock clock) {
    try (TaskRunner runner =
        new TaskRunner(
            name -> fixture.dataSource,
            fixture.history,
            new TaskMetrics(new SimpleMeterRegistry()),
            clock,
            "test",
            Duration.ofSeconds(5))) {
      runner.with(MaintenanceSpec.class, new Maintenance());
      return runner.run(task(), "test").orElseThrow();
    }
  }

  private static TaskFixture fixture(int major) throws SQLException {
    TaskFixture fixture = new TaskFixture(major);
    fixture.sql("create schema t");
    return fixture;
  }

  private static void bloat(TaskFixture fixture, String table, int rows) throws SQLException {
    fixture.sql(
        "create table %s (a int primary key) with (autovacuum_enabled = off)".formatted(table),
        "insert into %s select generate_series(1, %d)".formatted(table, rows),
        "delete from %s where a %% 5 <> 0".formatted(table),
        "vacuum analyze %s".formatted(table));
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void breaksAStatementOff_whenTheWindowEnds(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major);
        Connection other = fixture.dataSource.getConnection();
        Statement statement = other.createStatement()) {
      bloat(fixture, "t.waiting", 20_000);
      other.setAutoCommit(false);
      statement.execute("insert into t.waiting values (-1)"); // REINDEX CONCURRENTLY waits for it
      long begun = System.nanoTime();
      RunResult result = run(fixture, from("04:59:55"));
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      other.rollback();
      assertThat(result.state()).isEqualTo(State.STOPPED);
      assertThat(took).isLessThan(Duration.ofSeconds(15));
      assertThat(fixture.texts("select outcome from sluice.task_step"))
          .containsExactly("cancelled");
      fixture.sql("drop table t.waiting");
      assertThat(fixture.number("select count(*) from pg_index where not indisvalid")).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void beginsOnlyWhatFits_andSaysWhatIsLeft(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      bloat(fixture, "t.a_large", 2_000_000);
      bloat(fixture, "t.b_small", 20_000);
      RunResult result = run(fixture, at("04:59:50"));
      assertThat(result.values()).containsEntry("indexesRebuilt", 1L);
      assertThat(fixture.texts("select words from sluice.task_step where words like 'Rebuild%'"))
          .singleElement()
          .asString()
          .contains("b_small_pkey");
      assertThat(result.problems())
          .singleElement()
          .asString()
          .contains("rebuilding index t.a_large_pkey", "longer than the window");
      assertThat(run(fixture, at("01:00:00")).values()).containsEntry("indexesRebuilt", 1L);
    }
  }
}
