package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.FaultyDataSource.Fault;
import io.sluice.testkit.FaultyDataSource.Planned;
import io.sluice.testkit.JdbcCall;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A table's own foreign keys hold before, while and after it is converted, and hold nobody up. */
class ForeignKeyConversionTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  /** The first statement after the swap. */
  private static final String RELEASE = "lock table \"app\".\"of\" in access exclusive mode";

  private static final String KEYS =
      """
      select concat_ws(' ', k.conname, k.convalidated, pg_get_constraintdef(k.oid), obj_description(k.oid, 'pg_constraint'))
      from pg_constraint k where k.contype = 'f' and k.conrelid = '%s'::regclass
        and not exists (select from pg_constraint p where p.oid = k.conparentid and p.conrelid = k.conrelid)
      order by 1""";

  private static Task task(boolean dropOld) {
    return TaskFixture.task(
        "convert", ConversionTest.spec("app.t", "at", Optional.empty(), false, dropOld));
  }

  private static TaskFixture fixture(int major, String action) throws SQLException {
    TaskFixture db = new TaskFixture(major).with(ConvertSpec.class, new Conversion());
    db.sql(
        "create schema app",
        "create table app.of (id int primary key)",
        "insert into app.of select generate_series(1, 300)",
        "create table app.t (key bigint primary key, at timestamptz not null, o int constraint t_of references app.of %s, note text)"
            .formatted(action),
        "insert into app.t select g, timestamptz '2026-11-15' + g * interval '1 hour', g, 'x' from generate_series(1, 200) g");
    return db;
  }

  private static Planned before(TaskFixture db, String text, int nth, Fault fault) {
    FaultyDataSource faulty = new FaultyDataSource(db.dataSource);
    db.wrapping(real -> faulty);
    return faulty.before(JdbcCall.containing(text), nth, fault);
  }

  private static void assertConverts(TaskFixture db, boolean dropOld) throws SQLException {
    db.wrapping(real -> real);
    RunResult result = db.run(task(dropOld));
    assertThat(result.problems()).isEmpty();
    assertThat(result.state()).isEqualTo(State.DONE);
    assertThat(ConversionTest.leftovers(db)).isEmpty();
    assertThat(db.texts("select relkind from pg_class where oid = 'app.t'::regclass"))
        .containsExactly("p");
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void areTheSameAfterwards(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "on delete cascade on update cascade")) {
      List<String> more =
          new ArrayList<>(
              List.of(
                  "create table app.\"p%air\" (a int, b text, primary key (a, b))",
                  "insert into app.\"p%air\" select g, 'x' from generate_series(1, 300) g",
                  "alter table app.t add constraint \"t %pair\" foreign key (o, note) references app.\"p%air\" match full deferrable initially deferred",
                  "create table app.parts (id int primary key) partition by range (id)",
                  "create table app.parts1 partition of app.parts for values from (0) to (150)",
                  "create table app.parts2 partition of app.parts for values from (150) to (1000)",
                  "insert into app.parts select generate_series(1, 300)",
                  "alter table app.t add p int default 7, add constraint t_parts foreign key (p) references app.parts on delete set default on update restrict",
                  "comment on constraint t_parts on app.t is 'of parts'",
                  "alter table app.t add q int, add foreign key (q) references app.of on delete set null"));
      if (major >= 15) {
        more.add(
            "alter table app.t add constraint t_some foreign key (o, note) references app.\"p%air\" on delete set null (o)");
      }
      if (major >= 18) {
        more.add(
            "alter table app.t add r int default -1, add constraint t_loose foreign key (r) references app.of not enforced");
      }
      db.sql(more.toArray(String[]::new));
      List<String> before = db.texts(KEYS.formatted("app.t"));

      assertConverts(db, false);

      assertThat(db.texts(KEYS.formatted("app.t"))).isEqualTo(before).hasSizeGreaterThan(3);
      assertThat(db.texts(KEYS.formatted("app.t_before"))).isEmpty();
      db.sql(
          "create table app.t_more partition of app.t for values from ('2030-01-01') to ('2031-01-01')");
      for (String partition : List.of("app.t_p20261116", "app.t_more")) {
        assertThat(db.texts(KEYS.formatted(partition)))
            .as(partition)
            .hasSameSizeAs(before)
            .allMatch(key -> key.contains(" t FOREIGN KEY") || key.startsWith("t_loose f"));
      }
      assertThatThrownBy(() -> db.sql("insert into app.t values (900, '2026-11-16', 900, 'x')"))
          .hasMessageContaining("t_of");
      db.sql(
          "begin",
          "set constraints all deferred",
          "insert into app.\"p%air\" values (1001, 'x')",
          "update app.of set id = 1001 where id = 1",
          "commit");
      assertThat(db.texts("select o from app.t where key = 1")).containsExactly("1001");
      assertThat(db.texts("select o from app.t_before where key = 1")).containsExactly("1");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void keepTheTableWhereItIs_whenTheyCannotFollow(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "")) {
      db.sql(
          "alter table app.t add self bigint, add constraint t_self foreign key (self) references app.t",
          "alter table app.t add constraint t_loose foreign key (o) references app.of not valid");
      assertThat(String.join("\n", db.run(task(false)).problems()))
          .contains("its foreign key t_self to itself")
          .contains("its foreign key t_loose to app.of, which is not valid")
          .doesNotContain("t_of");
      assertThat(ConversionTest.leftovers(db)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void needRightsOnWhatTheyReferTo(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "")) {
      String owner = "owner_" + System.nanoTime();
      db.sql(
          "create role %s login password 'secret'".formatted(owner),
          "grant usage, create on schema app to " + owner,
          "alter table app.t owner to " + owner);
      db.as(owner);
      assertThat(String.join("\n", db.run(task(true)).problems()))
          .contains(
              "app.t cannot be converted: role %s lacks REFERENCES on app.of".formatted(owner))
          .contains("Run: grant references on app.of to " + owner)
          .contains("Run: grant update on app.of to " + owner);
      assertThat(ConversionTest.leftovers(db)).isEmpty();
      db.sql("grant references, update on app.of to " + owner);
      RunResult result = db.run(task(true));
      assertThat(result.problems()).isEmpty();
      assertThat(db.texts(KEYS.formatted("app.t")))
          .containsExactly("t_of t FOREIGN KEY (o) REFERENCES app.of(id)");
    }
  }

  /** Rows of the old table that nobody sees any more refer to nothing. */
  @ParameterizedTest
  @MethodSource(VERSIONS)
  void ofTheOldTableHoldNothing_fromTheSwapOn(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "")) {
      db.sql(
          "create table app.said (what text)",
          "create function app.audit() returns trigger language plpgsql as $$ begin insert into app.said values (tg_op); return null; end $$",
          "create trigger auditing after delete or update on app.t for each row execute function app.audit()");
      Planned killed =
          before(
              db,
              RELEASE,
              1,
              call -> {
                throw new SQLException("the server went away", "57P01");
              });
      db.run(task(false));
      assertThat(killed.struck()).isTrue();
      assertThat(db.texts(KEYS.formatted("app.t_before"))).hasSize(1);
      db.sql(
          "delete from app.t where key = 5",
          "delete from app.of where id = 5",
          "update app.t set o = 300 where key = 6",
          "delete from app.of where id = 6",
          "update app.t set note = 'y' where key = 7");
      assertThatThrownBy(() -> db.sql("delete from app.of where id = 7"))
          .hasMessageContaining("t_of");
      assertThatThrownBy(() -> db.sql("insert into app.t values (901, '2026-11-16', 901)"))
          .hasMessageContaining("t_of");
      assertThat(db.texts("select what from app.said order by 1"))
          .containsExactly("DELETE", "UPDATE", "UPDATE");
      assertConverts(db, false);
      assertThat(db.texts(KEYS.formatted("app.t")))
          .containsExactly("t_of t FOREIGN KEY (o) REFERENCES app.of(id)");
      db.sql("delete from app.t where key = 8", "delete from app.of where id = 8");
      assertThat(db.texts("select key from app.t_before where key in (5, 6, 7, 8) order by key"))
          .containsExactly("7", "8");
    }
  }

  /** A row that breaks it would be found if any were read. */
  @ParameterizedTest
  @MethodSource(VERSIONS)
  void readNoRowUnderTheLastLock(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "")) {
      if (major >= 18) {
        return; // nothing is locked for it
      }
      Planned broken =
          before(
              db,
              RELEASE,
              2,
              call ->
                  db.sql(
                      "set session_replication_role = replica",
                      "insert into app.t values (902, '2026-11-16', 902)",
                      "reset session_replication_role"));
      assertThat(db.run(task(true)).problems()).isEmpty();
      assertThat(broken.struck()).isTrue();
      assertThat(db.texts(KEYS.formatted("app.t")))
          .hasSize(1)
          .allMatch(k -> k.startsWith("t_of t"));
    }
  }

  /** The partition that rotation made meanwhile, and the key that somebody dropped. */
  @ParameterizedTest
  @MethodSource(VERSIONS)
  void areCompleted_whateverHappenedSinceTheSwap(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "")) {
      db.sql("alter table app.t add constraint t_second foreign key (o) references app.of");
      before(
          db,
          RELEASE,
          1,
          call -> {
            throw new SQLException("the server went away", "57P01");
          });
      db.run(task(true));
      db.wrapping(real -> real);
      db.sql(
          "create table app.t_more partition of app.t for values from ('2030-01-01') to ('2031-01-01')",
          "insert into app.t values (903, '2030-06-01', 3)",
          """
          do $$ declare r regclass; begin
            if current_setting('server_version_num')::int >= 180000 then
              alter table app.t drop constraint t_second;
            else
              for r in select inhrelid from pg_inherits where inhparent = 'app.t'::regclass loop
                execute format('alter table %s drop constraint if exists t_second', r);
              end loop;
            end if; end $$""");
      assertConverts(db, true);
      for (String table : List.of("app.t", "app.t_more", "app.t_p20261116")) {
        assertThat(db.texts(KEYS.formatted(table)))
            .as(table)
            .containsExactly("t_of t FOREIGN KEY (o) REFERENCES app.of(id)");
      }
    }
  }
}
