package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.Consequence;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.Interval.Unit;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TextTime;
import io.sluice.pgtask.task.TimeEncoding;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConversionTest {

  private static final Interval DAY = new Interval.Calendar(Unit.DAY);

  private static Task task(String table, String column) {
    return TaskFixture.task("convert", spec(table, column, Optional.empty(), false, false));
  }

  static ConvertSpec spec(
      String table,
      String column,
      Optional<TimeEncoding> encoding,
      boolean defaultPartition,
      boolean drop) {
    return new ConvertSpec(
        table,
        column,
        DAY,
        encoding,
        Optional.empty(),
        defaultPartition,
        100,
        65_536,
        drop,
        Set.of(Consequence.values()),
        false);
  }

  private static TaskFixture fixture(int major) {
    return new TaskFixture(major).with(ConvertSpec.class, new Conversion());
  }

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void partitionsATableWithAllThatBelongsToIt(int major) throws SQLException {
    try (TaskFixture db = fixture(major)) {
      db.sql(
          "create role reader_%d".formatted(System.nanoTime()),
          "create schema app",
          """
          create table app.cdr (
            id bigserial, gone int, ts timestamptz not null default now(), who text not null check (who <> ''),
            ident int generated always as identity, twice bigint generated always as (id * 2) stored,
            note text, primary key (id)) with (fillfactor = 80)""",
          "alter table app.cdr drop column gone",
          "create index on app.cdr (who, ts desc) where who <> 'x'",
          "create unique index cdr_ident on app.cdr (ident)",
          "comment on table app.cdr is 'calls'",
          "comment on column app.cdr.who is 'caller'",
          "grant select on app.cdr to public",
          "create view app.calls as select who, count(*) as n from app.cdr group by who",
          "create function app.note() returns trigger language plpgsql as $$ begin new.note := 'seen'; return new; end $$",
          "create trigger noting before insert on app.cdr for each row execute function app.note()",
          "alter table app.cdr enable row level security",
          "create policy mine on app.cdr for select to public using (who <> 'secret')",
          "insert into app.cdr (ts, who) select timestamptz '2026-11-10' + g * interval '7 minutes', 'w' || g % 7 from generate_series(1, 2000) g");
      List<String> before = db.texts("select row(c.*)::text from app.cdr c order by id");

      RunResult result = db.run(task("app.cdr", "ts"));

      assertThat(result.problems()).isEmpty();
      assertThat(result.state()).isEqualTo(State.DONE);
      assertThat(db.texts("select row(c.*)::text from app.cdr c order by id")).isEqualTo(before);
      assertThat(db.texts("select row(c.*)::text from app.cdr_before c order by id"))
          .isEqualTo(before);
      assertThat(db.partitions("app.cdr")).contains("cdr_p20261110", "cdr_p20261124").hasSize(15);
      assertThat(db.texts("select indexdef from pg_indexes where tablename = 'cdr' order by 1"))
          .containsExactly(
              "CREATE INDEX cdr_who_ts_idx ON ONLY app.cdr USING btree (who, ts DESC) WHERE (who <> 'x'::text)",
              "CREATE UNIQUE INDEX cdr_ident ON ONLY app.cdr USING btree (ident, ts)",
              "CREATE UNIQUE INDEX cdr_pkey ON ONLY app.cdr USING btree (id, ts)");
      db.sql("insert into app.cdr (ts, who) values ('2026-11-20', 'new')");
      assertThat(
              db.texts("select id || ' ' || ident || ' ' || note from app.cdr where who = 'new'"))
          .containsExactly("2001 2001 seen");
      assertThat(db.texts("select n from app.calls where who = 'new'")).containsExactly("1");
      assertThat(db.texts("select obj_description('app.cdr'::regclass, 'pg_class')"))
          .containsExactly("calls");
      assertThat(db.texts("select has_table_privilege('public', 'app.cdr', 'select')"))
          .containsExactly("t");
      assertThat(db.texts("select policyname from pg_policies where tablename = 'cdr'"))
          .containsExactly("mine");
      assertThat(
              db.texts(
                  "select coalesce(relacl::text, '') || ' ' || relrowsecurity from pg_class where relname = 'cdr_p20261110'"))
          .as("nobody reads a partition past the policy")
          .noneMatch(acl -> acl.contains(",=r") || acl.contains("{=r") || acl.endsWith("false"));
      assertThat(db.texts("select pg_get_serial_sequence('app.cdr', 'id')"))
          .containsExactly("app.cdr_id_seq");
      assertThat(db.texts("select reloptions::text from pg_class where relname = 'cdr_p20261110'"))
          .containsExactly("{fillfactor=80}");
      assertThat(leftovers(db)).isEmpty();
    }
  }

  private static Task byTimeFormat(TimeEncoding encoding, boolean defaultPartition) {
    return TaskFixture.task(
        "convert", spec("public.e", "id", Optional.of(encoding), defaultPartition, true));
  }

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void partitionsUuidsByTheirTime_andNoneThatHasNoTime(int major) throws SQLException {
    try (TaskFixture db = fixture(major)) {
      String hour =
          "(lpad(to_hex((extract(epoch from timestamptz '2026-11-15' + g * interval '1 hour') * 1000)::int8), 12, '0') || '7' || left(md5(g::text), 3) || '8' || left(md5(g::text), 15))::uuid";
      db.sql(
          "create table e (id uuid primary key, g int)",
          "insert into e select %s, g from generate_series(1, 100) g".formatted(hour),
          "insert into e values ('f47ac10b-58cc-4372-a567-0e02b2c3d479', 0)");
      TimeEncoding uuids = new TimeEncoding.Uuid7();
      assertThat(db.run(byTimeFormat(uuids, false)).problems())
          .singleElement()
          .asString()
          .contains("1 rows of public.e have a id that is no UUID of version 7", "default: true");
      db.sql(
          "insert into e values (overlay((%s)::text placing '4' from 15)::uuid, 0)"
              .formatted(hour.replace("g ", "30 ").replace("g:", "30:")));
      assertThat(db.run(byTimeFormat(uuids, true)).problems())
          .singleElement()
          .asString()
          .contains("2 rows", "1 of them lie in partitions all the same");
      db.sql("delete from e where g = 0 and id < 'f0000000-0000-0000-0000-000000000000'");
      RunResult result = db.run(byTimeFormat(uuids, true));
      assertThat(result.problems()).isEmpty();
      assertThat(result.notes())
          .anyMatch(note -> note.contains("they go to the default partition"));
      assertThat(db.partitions("e"))
          .hasSize(11)
          .contains("e_default", "e_p20261115", "e_p20261119", "e_p20261124");
      assertThat(db.texts("select g from only e_default")).containsExactly("0");
      assertThat(db.number("select count(*) from e")).isEqualTo(101);
      assertThat(db.number("select count(*) from e_p20261116")).isEqualTo(24);
      assertThat(leftovers(db)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void partitionsTextByTheTimeItSays(int major) throws SQLException {
    try (TaskFixture db = fixture(major)) {
      db.sql(
          "create table e (n int primary key, id varchar(8) not null)",
          "insert into e select g, to_char(date '2026-11-10' + g, 'YYYYMMDD') from generate_series(0, 5) g",
          "insert into e values (7, '20261345')");
      TimeEncoding days = new TextTime("yyyyMMdd");
      assertThat(db.run(byTimeFormat(days, false)).problems())
          .singleElement()
          .asString()
          .contains("1 rows of public.e have a id that is not written as yyyyMMdd");
      db.sql("delete from e where n = 7");
      assertThat(db.run(byTimeFormat(days, false)).problems()).isEmpty();
      assertThat(db.texts("select tableoid::regclass || ' ' || id from e order by n limit 1"))
          .containsExactly("e_p20261110 20261110");
      assertThat(db.partitions("e")).contains("e_p20261115", "e_p20261124").hasSize(11);
    }
  }

  static List<String> leftovers(TaskFixture db) throws SQLException {
    return db.texts(
        """
        select relname::text from pg_class where relname like '%\\_\\_sluice%'
        union all select proname from pg_proc where proname like '%\\_\\_sluice%'
        union all select tgname from pg_trigger where tgname like 'sluice\\_%'
        union all select conname from pg_constraint where conname like '%sluice%'""");
  }
}
