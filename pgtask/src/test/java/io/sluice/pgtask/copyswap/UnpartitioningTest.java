package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.fate.PauseStage;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.UnpartitionSpec;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.FaultyDataSource.Planned;
import io.sluice.testkit.JdbcCall;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A partitioned table becomes a plain one; what happens beside it, TwinTest tries too. */
class UnpartitioningTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  /** When all is copied, and nothing is locked. */
  private static final String COPIED = "analyze \"app\".\"t__sluice_copy\"";

  private static Task task(boolean dropOld) {
    return TaskFixture.task("plain", new UnpartitionSpec("app.t", 32_768, dropOld));
  }

  /** Ranges, one of them with hashes, and one whose columns lie otherwise. */
  private static TaskFixture fixture(int major) throws SQLException {
    TaskFixture db = new TaskFixture(major).with(UnpartitionSpec.class, new Unpartitioning());
    db.sql(
        "create schema app",
        "create table app.t (key bigint, gone int, at date, name text, twice bigint generated always as (key * 2) stored, primary key (key, at)) partition by range (at)",
        "alter table app.t drop column gone",
        "create table app.p1 partition of app.t for values from (minvalue) to ('2026-11-10')",
        "create table app.p2 partition of app.t for values from ('2026-11-10') to ('2026-11-20') partition by hash (key)",
        "create table app.p2a partition of app.p2 for values with (modulus 2, remainder 0)",
        "create table app.p2b partition of app.p2 for values with (modulus 2, remainder 1)",
        "create table app.p3 (name text, other int, at date not null, twice bigint generated always as (key * 2) stored, key bigint not null)",
        "alter table app.p3 drop column other",
        "alter table app.t attach partition app.p3 for values from ('2026-11-20') to (maxvalue)",
        "create index t_name on app.t (name, at desc)",
        "insert into app.t (key, at, name) select g, date '2026-11-01' + g % 30, 'n' || g % 7 from generate_series(1, 3000) g",
        "create table app.twin (like app.t including generated)",
        "insert into app.twin (key, at, name) select key, at, name from app.t");
    return db;
  }

  /** The same to the table, or a partition of it, and to what it is compared with. */
  private static void both(TaskFixture db, String... statements) throws SQLException {
    for (String sql : statements) {
      db.sql(sql, sql.replaceFirst("app\\.\\w+", "app.twin"));
    }
  }

  private static void isLikeItsTwin(TaskFixture db) throws SQLException {
    String rows = "select key, at, name, twice from app.";
    assertThat(
            db.texts(
                "(%1$st except all %1$stwin) union all (%1$stwin except all %1$st)"
                    .formatted(rows)))
        .isEmpty();
    assertThat(db.texts("select relkind from pg_class where oid = 'app.t'::regclass"))
        .containsExactly("r");
    assertThat(ConversionTest.leftovers(db)).isEmpty();
  }

  private static RunResult runs(TaskFixture db, boolean dropOld) {
    RunResult result = db.run(task(dropOld));
    assertThat(result.problems()).isEmpty();
    assertThat(result.state()).isEqualTo(State.DONE);
    return result;
  }

  private static Planned whenCopied(TaskFixture db, FaultyDataSource.Fault fault) {
    FaultyDataSource faulty = new FaultyDataSource(db.dataSource);
    db.wrapping(real -> faulty);
    return faulty.before(JdbcCall.containing(COPIED), 1, fault);
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void losesNothingThatIsWrittenMeanwhile_toTheTableOrAPartition(int major) throws SQLException {
    try (TaskFixture db = fixture(major)) {
      Planned written =
          whenCopied(
              db,
              call -> {
                both(
                    db,
                    "insert into app.t (key, at, name) values (5001, '2026-11-11', 'new')",
                    "insert into app.p3 (key, at, name) values (5002, '2026-11-21', 'direct')",
                    "update app.t set at = '2026-11-25' where key % 50 = 1 and at < '2026-11-05'",
                    "update app.p1 set key = key + 10000 where key % 50 = 2 and at < '2026-11-10'",
                    "delete from app.p2a where key % 50 = 3 and at >= '2026-11-10' and at < '2026-11-20' and satisfies_hash_partition('app.p2'::regclass, 2, 0, key)");
                db.sql(
                    "set session_replication_role = replica",
                    "insert into app.p2 (key, at, name) values (6001, '2026-11-12', 'replicated')",
                    "delete from app.p1 where key = 30",
                    "reset session_replication_role",
                    "insert into app.twin (key, at, name) values (6001, '2026-11-12', 'replicated')",
                    "delete from app.twin where key = 30");
              });
      runs(db, false);
      assertThat(written.struck()).isTrue();
      isLikeItsTwin(db);
      assertThat(db.texts("select indexname from pg_indexes where tablename = 't' order by 1"))
          .containsExactly("t_name", "t_pkey");
      assertThat(db.partitions("app.t_before"))
          .containsExactly("p1_before", "p2_before", "p3_before");
      assertThat(db.texts("select to_regclass('app.p1')")).containsOnlyNulls();
      assertThat(db.run(task(false)).notes())
          .singleElement()
          .asString()
          .contains("app.t is not partitioned");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void startsOver_whenItsPartitionsAreNotThoseThatWereCopied(int major) throws SQLException {
    Map<String, String[]> changes = new LinkedHashMap<>();
    changes.put(
        "partition app.p3 is gone",
        new String[] {
          "alter table app.t detach partition app.p3",
          "delete from app.twin where at >= '2026-11-20'"
        });
    changes.put(
        "partition app.p4 is new",
        new String[] {
          "alter table app.t detach partition app.p3",
          "create table app.p4 (like app.t including generated including constraints)",
          "insert into app.p4 (key, at, name) values (7001, '2026-12-24', 'attached')",
          "alter table app.t attach partition app.p4 for values from ('2026-12-01') to (maxvalue)",
          "delete from app.twin where at >= '2026-11-20'",
          "insert into app.twin (key, at, name) values (7001, '2026-12-24', 'attached')"
        });
    changes.put(
        "partition app.p2c is new",
        new String[] {
          "drop table app.p2b",
          "create table app.p2c partition of app.p2 for values with (modulus 4, remainder 1)",
          "delete from app.twin where at >= '2026-11-10' and at < '2026-11-20' and key not in (select key from app.p2)"
        });
    changes.put(
        "partition app.p1 is different",
        new String[] {"truncate app.p1", "delete from app.twin where at < '2026-11-10'"});
    changes.put(
        "partition app.p2a is different", new String[] {"truncate app.t", "truncate app.twin"});
    changes.put(
        "trigger sluice_log_insert of partition app.p1 is different",
        new String[] {
          "alter table app.p1 disable trigger sluice_log_insert",
          "insert into app.p1 (key, at, name) values (8001, '2026-11-01', 'unseen')",
          "insert into app.twin (key, at, name) values (8001, '2026-11-01', 'unseen')",
          "alter table app.p1 enable always trigger sluice_log_insert"
        });
    for (Map.Entry<String, String[]> one : changes.entrySet()) {
      try (TaskFixture db = fixture(major)) {
        Planned changed = whenCopied(db, call -> db.sql(one.getValue()));
        RunResult result = db.run(task(true));
        assertThat(changed.struck()).isTrue();
        assertThat(result.problems())
            .singleElement()
            .asString()
            .contains("app.t was altered", one.getKey(), "nothing was swapped", "starts over");
        assertThat(db.texts("select relkind from pg_class where oid = 'app.t'::regclass"))
            .containsExactly("p");
        assertThat(ConversionTest.leftovers(db)).isEmpty();
        db.wrapping(real -> real);
        runs(db, true);
        isLikeItsTwin(db);
      }
    }
  }

  /** Not only at the end, which may be hours away. */
  @ParameterizedTest
  @MethodSource(VERSIONS)
  void stopsCopying_whenAPartitionCameBeforeTheNextIsCopied(int major) throws SQLException {
    try (TaskFixture db = fixture(major)) {
      FaultyDataSource faulty = new FaultyDataSource(db.dataSource);
      db.wrapping(real -> faulty);
      Planned came =
          faulty.before(
              JdbcCall.containing("from only \"app\".\"p1\""),
              1,
              call -> db.sql("create table app.late partition of app.t default"));
      Planned further =
          faulty.before(JdbcCall.containing("from only \"app\".\"p3\""), 1, call -> {});
      assertThat(db.run(task(true)).problems())
          .singleElement()
          .asString()
          .contains("partition app.late is new", "starts over");
      assertThat(came.struck()).isTrue();
      assertThat(further.struck()).isFalse();
      assertThat(ConversionTest.leftovers(db)).isEmpty();
      db.wrapping(real -> real);
      runs(db, true);
      isLikeItsTwin(db);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void refusesWhatAPlainTableWouldNotHave(int major) throws SQLException {
    Map<String, String[]> obstacles = new LinkedHashMap<>();
    obstacles.put(
        "its partition app.far, which is no heap table",
        new String[] {
          "alter table app.t detach partition app.p3",
          "alter table app.t drop constraint t_pkey cascade",
          "create foreign data wrapper nothing",
          "create server nowhere foreign data wrapper nothing",
          "create foreign table app.far partition of app.t for values from ('2027-01-01') to ('2027-02-01') server nowhere"
        });
    obstacles.put(
        "trigger own of its partition app.p1",
        new String[] {
          "create trigger own before update on app.p1 for each row execute function suppress_redundant_updates_trigger()"
        });
    obstacles.put(
        "rule _RETURN on view app.early",
        new String[] {"create view app.early as select key from app.p1"});
    obstacles.put(
        "publication of table app.p2b", new String[] {"create publication leaf for table app.p2b"});
    obstacles.put(
        "names that already exist: p2a_before", new String[] {"create table app.p2a_before ()"});
    for (Map.Entry<String, String[]> one : obstacles.entrySet()) {
      try (TaskFixture db = fixture(major)) {
        db.sql(one.getValue());
        RunResult result = db.run(task(false));
        assertThat(result.problems()).anyMatch(problem -> problem.contains(one.getKey()));
        assertThat(db.texts("select relkind from pg_class where oid = 'app.t'::regclass"))
            .containsExactly("p");
        assertThat(ConversionTest.leftovers(db)).isEmpty();
      }
    }
    try (TaskFixture db = fixture(major)) {
      Task part = TaskFixture.task("plain", new UnpartitionSpec("app.p2", 32_768, false));
      assertThat(db.run(part).problems())
          .singleElement()
          .asString()
          .contains("app.p2 is itself a partition of app.t");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void carriesWhatBelongsToTheTable(int major) throws SQLException {
    try (TaskFixture db = fixture(major)) {
      db.sql(
          "create role reader_%s".formatted(db.database.name()),
          "comment on table app.t is 'calls'",
          "grant select, update (name) on app.t to reader_%s".formatted(db.database.name()),
          "alter table app.t add constraint named check (name <> '')",
          "alter table app.t enable row level security",
          "create policy few on app.t for select using (key > 5)",
          "create view app.seen as select key, name from app.t",
          "create trigger kept before update on app.t for each row execute function suppress_redundant_updates_trigger()",
          "alter table app.p1 add check (key > 0)",
          "create index p1_own on app.p1 (twice)",
          "create sequence app.number owned by app.t.key",
          "alter table app.p1 set (fillfactor = 50)");
      RunResult result = runs(db, true);
      assertThat(result.notes())
          .anyMatch(note -> note.contains("check constraint p1_key_check of app.p1, index p1_own"))
          .anyMatch(note -> note.contains("differ in tablespace or storage parameters"));
      isLikeItsTwin(db);
      assertThat(db.number("select count(*) from app.seen")).isEqualTo(3000);
      assertThat(
              db.texts(
                  """
                  select obj_description('app.t'::regclass) union all
                  select polname from pg_policy where polrelid = 'app.t'::regclass union all
                  select conname from pg_constraint where conrelid = 'app.t'::regclass and contype in ('c', 'p') union all
                  select tgname from pg_trigger where tgrelid = 'app.t'::regclass union all
                  select relrowsecurity::text from pg_class where oid = 'app.t'::regclass union all
                  select has_column_privilege('reader_%s', 'app.t', 'name', 'update')::text union all
                  select pg_get_serial_sequence('app.t', 'key')
                  """
                      .formatted(db.database.name())))
          .containsExactlyInAnyOrder(
              "calls", "few", "named", "t_pkey", "kept", "true", "true", "app.number");
      db.sql("drop owned by reader_%s".formatted(db.database.name()));
      db.sql("drop role reader_%s".formatted(db.database.name()));
      assertThat(
              db.texts(
                  "select relname from pg_class where relnamespace = 'app'::regnamespace and relname like 'p_%before'"))
          .isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void goesOnCounting(int major) throws SQLException {
    try (TaskFixture db = new TaskFixture(major)) {
      db.with(UnpartitionSpec.class, new Unpartitioning());
      db.sql(
          "create schema app",
          "create table app.t (key bigint generated by default as identity primary key, note text) partition by list (key)",
          "create table app.p partition of app.t for values in (2, 3)",
          "create table app.rest partition of app.t default",
          "insert into app.t (note) select 'x' from generate_series(1, 5)");
      runs(db, true);
      db.sql("insert into app.t (note) values ('y')");
      assertThat(db.texts("select key from app.t order by key"))
          .containsExactly("1", "2", "3", "4", "5", "6");
      assertThat(ConversionTest.leftovers(db)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void isShownByADryRun_andNothingIsDone(int major) throws SQLException {
    try (TaskFixture db = fixture(major)) {
      List<String> sql = db.dryRun(task(true));
      assertThat(sql)
          .anyMatch(one -> one.startsWith("create table \"app\".\"t__sluice_copy\""))
          .anyMatch(one -> one.contains("from only <each partition>"));
      assertThat(db.partitions("app.t")).containsExactly("p1", "p2", "p3");
      assertThat(ConversionTest.leftovers(db)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void carriesOn_whereverItsProcessWasKilled(int major) throws SQLException {
    List<Integer> moments = new ArrayList<>();
    for (int moment = 1; killed(major, moment); moment += 17) {
      moments.add(moment);
    }
    assertThat(moments).hasSizeGreaterThan(4);
  }

  /** Whether there was a statement to be killed at. */
  private static boolean killed(int major, int moment) throws SQLException {
    try (TaskFixture db = fixture(major)) {
      FaultyDataSource faulty = new FaultyDataSource(db.database.dataSource());
      faulty.before(JdbcCall.WORK, moment, faulty.death());
      db.wrapping(real -> faulty);
      run(db);
      db.wrapping(real -> real);
      both(
          db,
          "insert into app.t (key, at, name) values (5001, '2026-11-11', 'new')",
          "update app.t set at = '2026-11-25' where key % 50 = 1 and at < '2026-11-05'",
          "delete from app.t where key % 40 = 7");
      assertThat(run(db).map(RunResult::problems)).as("killed at %d", moment).hasValue(List.of());
      isLikeItsTwin(db);
      return faulty.struck();
    }
  }

  private static Optional<RunResult> run(TaskFixture db) {
    try {
      return Optional.of(db.run(task(true)));
    } catch (PauseStage e) {
      return Optional.empty();
    }
  }
}
