package io.sluice.pgtask.partition;

import static io.sluice.pgtask.partition.RotationFixture.CDR;
import static io.sluice.pgtask.partition.RotationFixture.done;
import static io.sluice.pgtask.partition.RotationFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.catalog.PartitionCatalog;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.task.PartitionSpec.Template;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DefaultPartitionTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  private static TaskFixture withDefault(int major) throws SQLException {
    TaskFixture fixture = RotationFixture.of(major);
    fixture.sql(CDR, "create table rest partition of cdr default");
    return fixture;
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void attachesBesideASmallDefault_andSaysWhatItLocks(int major) throws SQLException {
    try (TaskFixture fixture = withDefault(major)) {
      assertThat(fixture.dryRun(TaskFixture.task("rotate", SpecBuilder.of("public.cdr").build())))
          .startsWith(
              "lock table only \"public\".\"cdr\" in access exclusive mode",
              "lock table \"public\".\"rest\" in access exclusive mode");
      RunResult result = done(fixture, SpecBuilder.of("public.cdr"));
      assertThat(fixture.partitions("cdr")).hasSize(4);
      assertThat(result.notes()).anyMatch(n -> n.contains("takes milliseconds"));
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void movesWhatTheWindowHas_andReportsWildTimes(int major) throws SQLException {
    try (TaskFixture fixture = withDefault(major)) {
      fixture.sql(
          "alter table cdr add column twice bigint generated always as (id * 2) stored",
          "insert into cdr (at, id) select timestamptz '2026-11-20 01:00+00', i from generate_series(1, 500) i",
          "insert into cdr (at, id) values ('2026-11-19 01:00+00', 2), ('1970-01-01 00:00+00', 3), ('2038-01-19 03:14:07+00', 4)");
      RunResult result = done(fixture, SpecBuilder.of("public.cdr").keepDays(5));
      assertThat(fixture.partitions("cdr"))
          .containsExactly(
              "cdr_p20261119", "cdr_p20261120", "cdr_p20261121", "cdr_p20261122", "rest");
      assertThat(result.values()).containsEntry("partitionsCreated", 4L);
      assertThat(fixture.number("select count(*) from cdr_p20261120 where twice = id * 2"))
          .isEqualTo(500);
      assertThat(fixture.number("select count(*) from cdr_p20261119")).isEqualTo(1);
      assertThat(fixture.number("select count(*) from rest")).isEqualTo(2);
      assertThat(result.notes())
          .anyMatch(
              n ->
                  n.contains("2 rows in the default partition of public.cdr")
                      && n.contains("1970-01-01")
                      && n.contains("2038-01-19"));
      assertThat(done(fixture, SpecBuilder.of("public.cdr").keepDays(5)).steps()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void movesNothing_whenToldSo_andSaysWhatIsMissingForIt(int major) throws SQLException {
    try (TaskFixture fixture = withDefault(major)) {
      fixture.sql("insert into cdr values ('2026-11-20 01:00+00', 1)");
      SpecBuilder spec = SpecBuilder.of("public.cdr");
      spec.drain = false;
      assertThat(done(fixture, spec).notes())
          .anyMatch(n -> n.contains("1 rows of 1 missing partitions of public.cdr"));
      assertThat(fixture.partitions("cdr"))
          .containsExactly("cdr_p20261121", "cdr_p20261122", "rest");
      fixture.sql(
          "drop table cdr_p20261122",
          "alter table rest alter note set storage external",
          "insert into cdr select '2000-01-01', i, repeat('x', 1000000) from generate_series(1, 70) i");
      assertThat(run(fixture, spec).problems())
          .singleElement()
          .asString()
          .contains("public.cdr", "default partition has 69.5 MB", "drain: true");
    }
  }

  private static PartitionedTable find(TaskFixture fixture) throws SQLException {
    try (Connection connection = fixture.dataSource.getConnection()) {
      return PartitionCatalog.find(connection, new TableName("public", "cdr")).orElseThrow();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void foundMadeByAnother_isNoProblem(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      fixture.sql(CDR);
      PartitionedTable table = find(fixture);
      PartitionSql maker;
      try (Connection connection = fixture.dataSource.getConnection()) {
        maker =
            PartitionSql.read(
                connection,
                table,
                new Template(Optional.empty(), Optional.empty(), Map.of(), true),
                Optional.empty(),
                ZoneOffset.UTC);
      }
      done(fixture, SpecBuilder.of("public.cdr"));
      PartitionedTable now = find(fixture);
      RotatedTable rotated =
          new RotatedTable(table, null, null, Optional.empty(), Optional.empty());
      NewPartition same =
          new NewPartition(now.partitions().get(0).name(), now.partitions().get(0).bounds());
      NewPartition overlapping =
          new NewPartition(new TableName("public", "other"), now.partitions().get(0).bounds());
      for (NewPartition partition : List.of(same, overlapping)) {
        CreatePartitionStep step = new CreatePartitionStep(rotated, partition, maker, List.of());
        fixture.with(io.sluice.pgtask.task.PartitionSpec.class, (spec, run) -> run.step(step));
        RunResult result = run(fixture, SpecBuilder.of("public.cdr"));
        assertThat(result.problems()).isEmpty();
        assertThat(result.values()).containsEntry("partitionsFoundMade", 1L);
      }
    }
  }
}
