package io.sluice.pgtask.partition;

import static io.sluice.pgtask.copyswap.UnfinishedConversion.leave;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.catalog.MatchingTables;
import io.sluice.pgtask.copyswap.UnfinishedConversion;
import io.sluice.pgtask.run.RunResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A conversion is half done when another task's glob meets what it has made. */
class WorkingTablesTest {

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void rotatesNothing_thatAConversionIsMaking(int major) throws SQLException {
    try (TaskFixture db = RotationFixture.of(major)) {
      leave(db);
      List<String> made = tables(db);
      RunResult result = RotationFixture.run(db, SpecBuilder.of("app.*").keepDays(3));
      assertThat(result.problems())
          .singleElement()
          .asString()
          .contains("there is no partitioned table app.*");
      assertThat(tables(db)).isEqualTo(made);
      UnfinishedConversion.complete(db);
    }
  }

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void explainsNothing_thatAConversionIsMaking(int major) throws SQLException {
    try (TaskFixture db = RotationFixture.of(major)) {
      leave(db);
      try (Connection connection = db.dataSource.getConnection()) {
        assertThat(MatchingTables.find(connection, List.of("app.*"), List.of()))
            .extracting(match -> match.name().name())
            .containsExactly("t");
      }
      UnfinishedConversion.complete(db);
    }
  }

  /** It is partitioned itself, and a glob meets it like any table. */
  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void rotatesNoPartition_thatIsOnItsWayOut(int major) throws SQLException {
    try (TaskFixture db = RotationFixture.of(major)) {
      db.sql(
          "create schema app",
          "create table app.t (at timestamptz not null) partition by range (at)",
          "create table app.t_old (at timestamptz not null) partition by range (at)",
          "create table app.t_old_1 partition of app.t_old for values from ('2026-10-10 00:00+00') to ('2026-10-11 00:00+00')");
      db.sql(
          """
          insert into sluice.expired_partition (task, database, schema_name, parent_name, partition_schema,
            partition_name, oid, lower_bound, upper_bound, action, bytes, decided_at)
          values ('rotate', 'warehouse', 'app', 't', 'app', 't_old', 'app.t_old'::regclass,
            '''2026-10-01 00:00:00+00''', '''2026-11-01 00:00:00+00''', 'drop', 0, now())
          """);
      RunResult result = RotationFixture.run(db, SpecBuilder.of("app.*"));
      assertThat(String.join("\n", result.problems()))
          .contains("app.t_old was detached from app.t");
      assertThat(db.partitions("app.t_old")).containsExactly("t_old_1");
      assertThat(db.partitions("app.t")).isNotEmpty();
    }
  }

  private static List<String> tables(TaskFixture db) throws SQLException {
    return db.texts(
        "select relname from pg_class where relnamespace = 'app'::regnamespace order by 1");
  }
}
