package io.sluice.pgtask.partition;

import static io.sluice.pgtask.partition.RotationFixture.done;
import static io.sluice.pgtask.partition.RotationFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.task.Interval;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One id that is out of all proportion decides nothing. */
class WildIdTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";
  private static final String WILD = "9000000000000";

  private static void ids(TaskFixture fixture, String type, String... more) throws SQLException {
    fixture.sql(
        "create table i (id %s) partition by range (id)".formatted(type),
        "create table i0 partition of i for values from (0) to (1000)",
        "create table i1 partition of i for values from (1000) to (2000)",
        "create table i2 partition of i for values from (2000) to (3000)",
        "insert into i values (5), (1500), (2500)");
    fixture.sql(more);
  }

  private static SpecBuilder keeping(long ids) {
    SpecBuilder spec = SpecBuilder.of("public.i").by(new Interval.Ids(1000)).aheadCount(1);
    spec.keepIds = OptionalLong.of(ids);
    return spec;
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void expiresNothing_whenTheLargestIdOfAnOpenPartitionIsFarFromTheOthers(int major)
      throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      ids(
          fixture,
          "bigint",
          "create table rest partition of i for values from (3000) to (maxvalue)",
          "insert into i values (%s)".formatted(WILD));
      RunResult result = run(fixture, keeping(1500));
      assertThat(fixture.partitions("i")).containsExactly("i0", "i1", "i2", "rest");
      assertThat(result.problems())
          .singleElement()
          .asString()
          .contains("nothing of public.i expires", WILD, "2500", "public.rest", "--yes");
      fixture.sql("delete from i where id = " + WILD);
      done(fixture, keeping(1500));
      assertThat(fixture.partitions("i")).containsExactly("i1", "i2", "rest");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void makesPartitionsAheadOfTheOthers_whenTheLargestIdHasAPartitionFarAway(int major)
      throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      ids(
          fixture,
          "bigint",
          "create table far partition of i for values from (%s) to (9000000001000)".formatted(WILD),
          "insert into i values (%s), (9000000000001)".formatted(WILD));
      RunResult result = run(fixture, keeping(1500));
      assertThat(result.problems()).singleElement().asString().contains("9000000000001");
      assertThat(fixture.partitions("i")).containsExactly("far", "i0", "i1", "i2", "i_p3000");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void takesTheWidth_fromTheNewestPartitionThatEnds(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      ids(
          fixture,
          "bigint",
          "create table rest partition of i for values from (3000) to (maxvalue)");
      SpecBuilder spec = keeping(1500);
      spec.by = Optional.empty();
      done(fixture, spec);
      assertThat(fixture.partitions("i")).containsExactly("i1", "i2", "rest");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void rotatesTheOtherTables_whenANumberIsBeyondAnyId(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      ids(
          fixture,
          "numeric",
          "create table rest partition of i for values from (3000) to (maxvalue)",
          "insert into i values (1e30), ('NaN')");
      fixture.sql("create table j (id bigint) partition by range (id)");
      SpecBuilder spec = keeping(1500);
      spec.tables = java.util.List.of("public.*");
      assertThat(run(fixture, spec).problems())
          .singleElement()
          .asString()
          .contains("nothing of public.i expires");
      assertThat(fixture.partitions("i")).containsExactly("i0", "i1", "i2", "rest");
      assertThat(fixture.partitions("j")).containsExactly("j_p0", "j_p1000");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void followsIds_thatJumpNoFartherThanPartitionsAreMade(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      ids(fixture, "bigint");
      done(fixture, keeping(10_000));
      fixture.sql("insert into i values (3999)");
      done(fixture, keeping(1500));
      assertThat(fixture.partitions("i")).containsExactly("i2", "i_p3000", "i_p4000");
    }
  }
}
