package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.TaskKind;
import io.sluice.pgtask.task.Consequence;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.JdbcCall;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys whose operators are in a schema that is not on the session's search_path. */
class TypesOfExtensionsTest {

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void followsRowsByTheOrderOfTheirType(int major) throws SQLException {
    for (String type : new String[] {"ext.citext", "ext.ltree", "app.caseless"}) {
      try (TaskFixture db = new TaskFixture(major).with(ConvertSpec.class, new Conversion())) {
        db.sql(
            "create schema ext",
            "create schema app",
            "create extension citext schema ext",
            "create extension ltree schema ext",
            "create domain app.caseless as ext.citext check (value operator(ext.<>) 'no'::ext.citext)",
            "create table app.t (key %s primary key, at timestamptz not null, note text)"
                .formatted(type),
            "create index on app.t (note) where key operator(ext.<>) 'x'",
            "insert into app.t select ('k' || g)::%s, timestamptz '2026-11-01' + g * interval '20 minutes', repeat('x', 200) from generate_series(1, 1000) g"
                .formatted(type));
        FaultyDataSource faulty = new FaultyDataSource(db.dataSource);
        db.wrapping(real -> faulty);
        faulty.before(
            JdbcCall.containing("in access share mode"),
            3,
            call ->
                db.sql(
                    "update app.t set note = 'changed', key = upper(key::text)::%s where at < '2026-11-03'"
                        .formatted(type),
                    "delete from app.t where key::text in ('k500', 'K7')",
                    "insert into app.t values ('new', '2026-11-12', 'new')"));
        ConvertSpec spec =
            new ConvertSpec(
                "app.t",
                "at",
                new Interval.Calendar(Interval.Unit.WEEK),
                Optional.empty(),
                Optional.empty(),
                false,
                100,
                32_768,
                true,
                Set.of(Consequence.values()),
                false);
        assertThat(db.run(TaskFixture.task("convert", spec)).problems()).as(type).isEmpty();
        assertThat(db.number("select count(*) from app.t")).as(type).isEqualTo(999);
        assertThat(
                db.number(
                    "select count(*) from app.t where note = 'changed' and key::text like 'K%'"))
            .as(type)
            .isEqualTo(142);
        assertThat(ConversionTest.leftovers(db)).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void rewritesAPartitionOfAListOfThem(int major) throws SQLException {
    TaskKind<MaintenanceSpec> reorder =
        (spec, run) ->
            CopySwap.rewrite(run, new TableName("app", "north"), ReorderTest.ordered("who, id"));
    try (TaskFixture db = new TaskFixture(major).with(MaintenanceSpec.class, reorder)) {
      db.sql(
          "create schema ext",
          "create schema app",
          "create extension citext schema ext",
          "create table app.t (who ext.citext, id int, primary key (who, id)) partition by list (who)",
          "create table app.north partition of app.t for values in ('N', 'ne')",
          "create table app.other partition of app.t default",
          "insert into app.t select case g % 3 when 0 then 'NE' when 1 then 'n' else 'S' end, g from generate_series(1, 300) g");
      assertThat(db.run(TaskFixture.task("reorder", ReorderTest.SPEC)).problems()).isEmpty();
      assertThat(db.texts("select id from app.north"))
          .hasSize(200)
          .isEqualTo(db.texts("select id from app.north order by who, id"));
      db.sql("insert into app.t values ('Ne', 1000)");
      assertThat(db.number("select count(*) from app.north where id = 1000")).isEqualTo(1);
      assertThat(ConversionTest.leftovers(db)).isEmpty();
    }
  }
}
