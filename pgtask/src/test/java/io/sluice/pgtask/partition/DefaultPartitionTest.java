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
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DefaultPartitionTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  private static TaskFixture withDefault(int major, DefaultDrain drain) throws SQLException {
    TaskFixture fixture = RotationFixture.of(major, drain, null);
    fixture.sql(CDR, "create table rest partition of cdr default");
    return fixture;
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void attachesBesideASmallDefault_andSaysSo(int major) throws SQLException {
    try (TaskFixture fixture = withDefault(major, null)) {
      RunResult result = done(fixture, SpecBuilder.of("public.cdr"));
      assertThat(fixture.partitions("cdr")).hasSize(4);
      assertThat(result.notes()).anyMatch(n -> n.contains("takes milliseconds"));
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void leavesPeriodsWithRowsToTheDrain_andReportsWildTimes(int major) throws SQLException {
    List<NewPartition> drained = new ArrayList<>();
    DefaultDrain drain = (run, parent, missing, sql, spec) -> drained.addAll(missing);
    try (TaskFixture fixture = withDefault(major, drain)) {
      fixture.sql(
          "insert into cdr values ('2026-11-20 01:00+00', 1), ('2026-11-19 01:00+00', 2),"
              + " ('1970-01-01 00:00+00', 3), ('2038-01-19 03:14:07+00', 4)");
      SpecBuilder spec = SpecBuilder.of("public.cdr").keepDays(5);
      spec.batch = 0;
      RunResult result = done(fixture, spec);
      assertThat(fixture.partitions("cdr"))
          .containsExactly("cdr_p20261121", "cdr_p20261122", "rest");
      assertThat(drained)
          .extracting(p -> p.name().name())
          .containsExactly("cdr_p20261119", "cdr_p20261120");
      assertThat(result.notes())
          .anyMatch(
              n ->
                  n.contains("2 rows in the default partition of public.cdr")
                      && n.contains("1970-01-01")
                      && n.contains("2038-01-19"));
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void movesFewRowsAtOnce_thatNoReaderMisses(int major) throws SQLException {
    DefaultDrain none = (run, parent, missing, sql, spec) -> assertThat(missing).isEmpty();
    try (TaskFixture fixture = withDefault(major, none)) {
      fixture.sql(
          "alter table cdr add column twice bigint generated always as (id * 2) stored",
          "insert into cdr (at, id) select timestamptz '2026-11-20 01:00+00', i from generate_series(1, 500) i",
          "insert into cdr (at, id) values ('2026-11-19 01:00+00', 7)");
      RunResult result = done(fixture, SpecBuilder.of("public.cdr").keepDays(5));
      assertThat(result.values()).containsEntry("rowsDrained", 501L);
      assertThat(fixture.number("select count(*) from cdr_p20261120 where twice = id * 2"))
          .isEqualTo(500);
      assertThat(fixture.number("select count(*) from cdr_p20261119")).isEqualTo(1);
      assertThat(fixture.number("select count(*) from rest")).isZero();
      assertThat(done(fixture, SpecBuilder.of("public.cdr").keepDays(5)).steps()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void movesNothing_thatForeignKeysPointTo(int major) throws SQLException {
    try (TaskFixture fixture = withDefault(major, null)) {
      fixture.sql(
          "insert into cdr values ('2026-11-20 01:00+00', 1)",
          "create table bill (at timestamptz, id bigint, foreign key (id, at) references cdr on delete cascade)",
          "insert into bill values ('2026-11-20 01:00+00', 1)");
      RunResult result = done(fixture, SpecBuilder.of("public.cdr"));
      assertThat(result.notes()).anyMatch(n -> n.contains("1 rows of 1 missing partitions"));
      assertThat(fixture.partitions("cdr")).doesNotContain("cdr_p20261120");
      assertThat(fixture.number("select count(*) from bill")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void sparesALargeDefaultTheScanOfAttach(int major) throws SQLException {
    try (TaskFixture fixture = withDefault(major, null)) {
      fixture.sql(
          "alter table rest alter note set storage external",
          "insert into cdr select '2000-01-01', i, repeat('x', 1000000) from generate_series(1, 70) i");
      PartitionedTable table = find(fixture);
      SpecBuilder spec = SpecBuilder.of("public.cdr");
      List<String> sql = fixture.dryRun(TaskFixture.task("rotate", spec.build()));
      assertThat(sql.get(1)).contains("not valid");
      assertThat(sql.get(2)).contains("validate constraint");
      assertThat(messages(fixture, sql))
          .filteredOn(m -> m.contains("implied by existing constraints"))
          .hasSize(2 * 3); // of the new partition and of the default, for each of three
      assertThat(find(fixture).partitions()).hasSize(table.partitions().size() + 3);
      assertThat(fixture.number("select count(*) from pg_constraint where conname like 'sluice%'"))
          .isZero();
    }
  }

  private static PartitionedTable find(TaskFixture fixture) throws SQLException {
    try (Connection connection = fixture.dataSource.getConnection()) {
      return PartitionCatalog.find(connection, new TableName("public", "cdr")).orElseThrow();
    }
  }

  /** What the server says at DEBUG1, where ATTACH tells that it skips a scan. */
  private static List<String> messages(TaskFixture fixture, List<String> sql) throws SQLException {
    List<String> messages = new ArrayList<>();
    try (Connection connection = fixture.dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("set client_min_messages = debug1");
      for (String one : sql) {
        statement.execute(one);
        for (SQLWarning w = statement.getWarnings(); w != null; w = w.getNextWarning()) {
          messages.add(w.getMessage());
        }
        statement.clearWarnings();
      }
      statement.execute("reset client_min_messages");
    }
    return messages;
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void makesPartitionsBesideALargeDefault_afterARunThatLeftItsCheck(int major) throws SQLException {
    try (TaskFixture fixture = withDefault(major, null)) {
      fixture.sql(
          "alter table rest alter note set storage external",
          "insert into cdr select '2000-01-01', i, repeat('x', 1000000) from generate_series(1, 70) i",
          "alter table rest add constraint sluice_default_without check (at < '2026-11-20') not valid");
      RunResult result = done(fixture, SpecBuilder.of("public.cdr"));
      assertThat(result.values()).containsEntry("partitionsCreated", 3L);
      assertThat(fixture.number("select count(*) from pg_constraint where conname like 'sluice%'"))
          .isZero();
      fixture.sql("insert into cdr values ('2026-11-20 01:00+00', 1), ('2031-11-20 01:00+00', 1)");
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
        CreatePartitionStep step = new CreatePartitionStep(rotated, partition, maker);
        fixture.with(io.sluice.pgtask.task.PartitionSpec.class, (spec, run) -> run.step(step));
        RunResult result = run(fixture, SpecBuilder.of("public.cdr"));
        assertThat(result.problems()).isEmpty();
        assertThat(result.values()).containsEntry("partitionsFoundMade", 1L);
      }
    }
  }
}
