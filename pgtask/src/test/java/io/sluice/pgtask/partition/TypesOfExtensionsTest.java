package io.sluice.pgtask.partition;

import static io.sluice.pgtask.partition.RotationFixture.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.task.PartitionSpec.Sub;
import io.sluice.pgtask.task.PartitionSpec.Template;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Columns whose operators are in a schema that is not on the session's search_path. */
class TypesOfExtensionsTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void makesDrainsAndExpiresPartitions_ofTablesThatHaveThemInKeysAndIndexes(int major)
      throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      fixture.sql(
          "create schema ext",
          "create extension citext schema ext",
          "create extension ltree schema ext",
          "create table cdr (at timestamptz not null, who ext.citext not null, place ext.ltree, primary key (who, at), check (who operator(ext.<>) 'nobody'::ext.citext)) partition by range (at)",
          "create table template (like cdr including all)",
          "create index on template using gist (place ext.gist_ltree_ops) where who operator(ext.=) 'A'::ext.citext",
          "create table old partition of cdr for values from ('2026-11-10') to ('2026-11-11')",
          "create table rest partition of cdr default",
          "insert into cdr values ('2026-11-19 10:00Z', 'A', 'x.y'), ('2026-11-19 10:00Z', 'b', 'x'), ('2026-11-20 10:00Z', 'a', 'x')");
      SpecBuilder spec = SpecBuilder.of("public.cdr").keepDays(3);
      spec.template =
          new Template(Optional.of("public.template"), Optional.empty(), Map.of(), true);
      done(fixture, spec);
      assertThat(fixture.partitions("cdr")).contains("cdr_p20261119", "rest").doesNotContain("old");
      assertThat(fixture.texts("select tableoid::regclass || ' ' || who from cdr order by 1"))
          .containsExactly("cdr_p20261119 A", "cdr_p20261119 b", "cdr_p20261120 a");
      assertThat(
              fixture.texts(
                  "select indexdef from pg_indexes where tablename = 'cdr_p20261119' and indexdef like '%gist%'"))
          .singleElement()
          .asString()
          .contains("place", "ext.=");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void makesSubPartitionsByThem(int major) throws SQLException {
    for (Sub sub :
        List.of(
            new Sub.Lists("who", Map.of("north", List.of("N", "O'E")), true),
            new Sub.Hash("who", 3))) {
      try (TaskFixture fixture = RotationFixture.of(major)) {
        fixture.sql(
            "create schema ext",
            "create extension citext schema ext",
            "create table cdr (at timestamptz not null, who ext.citext not null) partition by range (at)");
        SpecBuilder spec = SpecBuilder.of("public.cdr").aheadCount(0);
        spec.sub = Optional.of(sub);
        done(fixture, spec);
        fixture.sql(
            "insert into cdr values ('2026-11-20 10:00Z', 'n'), ('2026-11-20 10:00Z', 'N')");
        assertThat(fixture.texts("select distinct tableoid::regclass from cdr")).hasSize(1);
      }
    }
  }
}
