package io.sluice.pgtask.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.catalog.MatchingTables;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.MaintenanceSpec.Analyze;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What explain shows of tables and exclude is what is tended. */
class ExcludeTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  private static TaskFixture fixture(int major) throws SQLException {
    TaskFixture fixture = new TaskFixture(major);
    fixture.with(MaintenanceSpec.class, new Maintenance());
    fixture.clock.set(Instant.now());
    fixture.sql("create schema pm");
    return fixture;
  }

  private static void table(TaskFixture fixture, String name) throws SQLException {
    fixture.sql(
        "create table %s (a int) with (autovacuum_enabled = off)".formatted(name),
        "insert into %s select generate_series(1, 100)".formatted(name));
  }

  private static List<String> analysed(
      TaskFixture fixture, List<String> wanted, List<String> exclude) {
    MaintenanceSpec spec =
        new MaintenanceSpec(
            wanted,
            exclude,
            Optional.empty(),
            Optional.of(new Analyze(0.1)),
            Optional.empty(),
            Optional.empty());
    RunResult result = fixture.run(TaskFixture.task("tend", spec));
    assertThat(result.problems()).isEmpty();
    try {
      return fixture.texts(
          "select c.relname from pg_class c where relnamespace = 'pm'::regnamespace"
              + " and reltuples > 0 order by 1");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> explained(
      TaskFixture fixture, List<String> wanted, List<String> exclude) throws SQLException {
    try (Connection connection = fixture.dataSource.getConnection()) {
      return MatchingTables.find(connection, wanted, exclude).stream()
          .map(match -> match.name().name())
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void leavesAlone_whatAlternativesAndSetsExclude(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      for (String name : List.of("pm.tmp_a", "pm.old_b", "pm.day1", "pm.day7", "pm.kept")) {
        table(fixture, name);
      }
      List<String> exclude = List.of("pm.{tmp,old}_*", "pm.day[1-3]");
      assertThat(explained(fixture, List.of("pm.*"), exclude)).containsExactly("day7", "kept");
      assertThat(analysed(fixture, List.of("pm.*"), exclude)).containsExactly("day7", "kept");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void tendsNamesWithDotsAndQuotes_asTheyAreDeclared(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      for (String name :
          List.of("pm.\"a.b\"", "pm.\"c\"\"d\"", "pm.\"e*\"", "pm.ef", "pm.\"a.c\"")) {
        table(fixture, name);
      }
      List<String> wanted = List.of("pm.\"a.b\"", "pm.\"c\"\"d\"", "pm.\"e*\"");
      assertThat(explained(fixture, wanted, List.of())).containsExactly("a.b", "c\"d", "e*");
      assertThat(analysed(fixture, wanted, List.of())).containsExactly("a.b", "c\"d", "e*");
      List<String> exclude = List.of("pm.\"a.\"*");
      assertThat(explained(fixture, List.of("pm.*"), exclude)).containsExactly("c\"d", "e*", "ef");
      assertThat(analysed(fixture, List.of("pm.*"), exclude))
          .containsExactly("a.b", "c\"d", "e*", "ef");
    }
  }
}
