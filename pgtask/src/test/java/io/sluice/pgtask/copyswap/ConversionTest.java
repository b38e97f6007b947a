package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.Consequence;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Epoch;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.Interval.Unit;
import io.sluice.pgtask.task.Task;
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
      String table, String column, Optional<Epoch> epoch, boolean defaultPartition, boolean drop) {
    return new ConvertSpec(
        table,
        column,
        DAY,
        epoch,
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

  static List<String> leftovers(TaskFixture db) throws SQLException {
    return db.texts(
        """
        select relname::text from pg_class where relname like '%\\_\\_sluice%'
        union all select proname from pg_proc where proname like '%\\_\\_sluice%'
        union all select tgname from pg_trigger where tgname like 'sluice\\_%'
        union all select conname from pg_constraint where conname like '%sluice%'""");
  }
}
