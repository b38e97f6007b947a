package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.Consequence;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.Task;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.FaultyDataSource.Fault;
import io.sluice.testkit.FaultyDataSource.Planned;
import io.sluice.testkit.JdbcCall;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What others do to a table between the begin of its copy and the change of places. */
class LastLookTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  /** When all is copied, and nothing is locked. */
  private static final String COPIED = "analyze \"app\".\"t__sluice_copy\"";

  private static final String LOCK = "lock table \"app\".\"t\" in access exclusive mode";

  private static Task task() {
    return TaskFixture.task(
        "convert",
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
            false));
  }

  private static TaskFixture fixture(int major, String keyType) throws SQLException {
    TaskFixture db = new TaskFixture(major).with(ConvertSpec.class, new Conversion());
    db.sql(
        "create extension citext",
        "create extension ltree",
        "create schema app",
        "create table app.t (key %s primary key, at timestamptz not null, note text)"
            .formatted(keyType),
        "insert into app.t select %s, timestamptz '2026-11-01' + g * interval '20 minutes', repeat('x', 200) from generate_series(1, 1000) g"
            .formatted(keyType.equals("bigint") ? "g" : "('k' || g)::" + keyType));
    return db;
  }

  private static Planned before(TaskFixture db, String text, Fault fault) {
    FaultyDataSource faulty = new FaultyDataSource(db.dataSource);
    db.wrapping(real -> faulty);
    return faulty.before(JdbcCall.containing(text), 1, fault);
  }

  private static String add(int from, int rows) {
    return "insert into app.t select g, '2026-11-05', 'late' from generate_series(%d, %d) g"
        .formatted(from, from + rows - 1);
  }

  private static String kind(TaskFixture db) throws SQLException {
    return db.texts("select relkind from pg_class where oid = 'app.t'::regclass").get(0);
  }

  private static void assertConverts(TaskFixture db, long rows) throws SQLException {
    db.wrapping(real -> real);
    RunResult result = db.run(task());
    assertThat(result.problems()).isEmpty();
    assertThat(result.state()).isEqualTo(State.DONE);
    assertThat(kind(db)).isEqualTo("p");
    assertThat(db.number("select count(*) from app.t")).isEqualTo(rows);
    assertThat(ConversionTest.leftovers(db)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void losesNothing_whenSessionsAreRepeatableReadByDefault(int major) throws SQLException {
    for (String level : List.of("repeatable read", "serializable")) {
      try (TaskFixture db = fixture(major, "bigint")) {
        db.sql(
            "alter database %s set default_transaction_isolation = '%s'"
                .formatted(db.database.name(), level));
        db.dataSource.getHikariPoolMXBean().softEvictConnections();
        Planned written = before(db, LOCK, call -> db.sql(add(5001, 10)));
        RunResult result = db.run(task());
        assertThat(written.struck()).isTrue();
        assertThat(result.problems()).isEmpty();
        assertThat(kind(db)).isEqualTo("p");
        assertThat(db.number("select count(*) from app.t")).as(level).isEqualTo(1010);
      }
    }
  }

  /** The operators of an extension's type are where the extension is, and not in pg_catalog. */
  @ParameterizedTest
  @MethodSource(VERSIONS)
  void findsRowsByTheirKeysOwnOperator_whenItsTypeIsAnExtensions(int major) throws SQLException {
    Map<String, String> changes =
        Map.of(
            "citext", "update app.t set key = upper(key::text)::citext where at < '2026-11-03'",
            "ltree", "update app.t set key = key || 'changed' where at < '2026-11-03'");
    for (Map.Entry<String, String> one : changes.entrySet()) {
      try (TaskFixture db = fixture(major, one.getKey())) {
        db.sql(
            "set search_path = public, app",
            "create function app.allowed() returns text stable language sql as 'select ''x'''",
            "create function app.fits(text) returns boolean language sql as 'select $1 >= allowed()'",
            "alter table app.t add check (app.fits(note))",
            "alter database %s set search_path = public, app".formatted(db.database.name()));
        db.dataSource.getHikariPoolMXBean().softEvictConnections();
        Planned written = before(db, LOCK, call -> db.sql(one.getValue()));
        RunResult result = db.run(task());
        assertThat(written.struck()).isTrue();
        assertThat(result.problems()).isEmpty();
        assertThat(kind(db)).isEqualTo("p");
        assertThat(db.number("select count(*) from app.t")).as(one.getKey()).isEqualTo(1000);
        assertThat(
                db.number(
                    "select count(*) from app.t where key::text like 'K%' or key::text like '%changed'"))
            .as(one.getKey())
            .isPositive();
      }
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void swapsNothing_whenTheTriggersWereOffForAWhile(int major) throws SQLException {
    List<String> again =
        List.of(
            "enable trigger all",
            "enable always trigger sluice_log_insert, enable always trigger sluice_log_update, enable always trigger sluice_log_delete, enable always trigger sluice_log_truncate");
    for (String on : again) {
      try (TaskFixture db = fixture(major, "bigint")) {
        Planned loaded =
            before(
                db,
                COPIED,
                call ->
                    db.sql(
                        "alter table app.t disable trigger all",
                        add(5001, 100),
                        "alter table app.t " + on));
        RunResult result = db.run(task());
        assertThat(loaded.struck()).isTrue();
        assertThat(kind(db)).as(on).isEqualTo("r");
        assertThat(result.problems())
            .singleElement()
            .asString()
            .contains("trigger sluice_log_insert", "nothing was swapped");
        assertThat(ConversionTest.leftovers(db)).isEmpty();
        assertConverts(db, 1100);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void beginsAnew_whenTheTriggersWereOffBetweenTwoRuns(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "bigint")) {
      before(
          db,
          COPIED,
          call -> {
            throw new SQLException("the server went away", "57P01");
          });
      assertThat(db.run(task()).state()).isEqualTo(State.FAILED);
      assertThat(db.texts("select phase from app.t__sluice_state")).containsExactly("COPIED");
      db.sql(
          "alter table app.t disable trigger user",
          add(5001, 100),
          "alter table app.t enable always trigger sluice_log_insert, enable always trigger sluice_log_update, enable always trigger sluice_log_delete, enable always trigger sluice_log_truncate");
      assertConverts(db, 1100);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void logsWhatAReplicaSessionWrites(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "bigint")) {
      Planned loaded =
          before(
              db,
              COPIED,
              call ->
                  db.sql(
                      "set session_replication_role = replica",
                      add(5001, 100),
                      "reset session_replication_role"));
      assertThat(db.run(task()).problems()).isEmpty();
      assertThat(loaded.struck()).isTrue();
      assertThat(kind(db)).isEqualTo("p");
      assertThat(db.number("select count(*) from app.t")).isEqualTo(1100);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void swapsNothing_whenSomethingCameThatWouldStayWithTheOldTable(int major) throws SQLException {
    Map<String, String> obstacles =
        Map.of(
            "create table app.child (t bigint references app.t)",
            "child_t_fkey on table app.child",
            "create table app.heir () inherits (app.t)",
            "table app.heir",
            "create publication late for table app.t",
            "publication late",
            "create rule quiet as on delete to app.t where old.key = 0 do nothing",
            "rule quiet",
            "create materialized view app.mat as select count(*) from app.t",
            "materialized view app.mat");
    for (Map.Entry<String, String> one : obstacles.entrySet()) {
      try (TaskFixture db = fixture(major, "bigint")) {
        Planned made = before(db, COPIED, call -> db.sql(one.getKey()));
        RunResult result = db.run(task());
        assertThat(made.struck()).isTrue();
        assertThat(kind(db)).as(one.getKey()).isEqualTo("r");
        assertThat(result.problems())
            .singleElement()
            .asString()
            .contains(one.getValue(), "nothing was swapped");
        String drop = "drop " + one.getKey().replaceFirst("create (\\w+( view)? [\\w.]+).*", "$1");
        db.sql(one.getValue().startsWith("rule") ? drop + " on app.t" : drop);
        assertConverts(db, 1000);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void swapsNothing_whenTheTableIsNotWhatItWas(int major) throws SQLException {
    Map<String, String> changes =
        Map.of(
            "alter table app.t alter column note type text using upper(note)",
            "column note is different",
            "alter table app.t add check (key > 0)",
            "constraint t_key_check is new",
            "alter table app.t set (fillfactor = 50)",
            "storage is different",
            "create statistics app.both on key, at from app.t",
            "statistics both is new",
            "alter table app.t owner to pg_monitor",
            "owner is different");
    for (Map.Entry<String, String> one : changes.entrySet()) {
      try (TaskFixture db = fixture(major, "bigint")) {
        Planned altered = before(db, COPIED, call -> db.sql(one.getKey()));
        RunResult result = db.run(task());
        assertThat(altered.struck()).isTrue();
        assertThat(kind(db)).as(one.getKey()).isEqualTo("r");
        assertThat(result.problems())
            .singleElement()
            .asString()
            .contains("app.t was altered", one.getValue(), "nothing was swapped");
        assertThat(ConversionTest.leftovers(db)).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void swapsNothing_whenAnotherTableHasTakenItsName(int major) throws SQLException {
    try (TaskFixture db = fixture(major, "bigint")) {
      Planned renamed =
          before(
              db,
              COPIED,
              call ->
                  db.sql(
                      "alter table app.t rename to mine",
                      "create table app.t (like app.mine including all)",
                      add(1, 3)));
      RunResult result = db.run(task());
      assertThat(renamed.struck()).isTrue();
      assertThat(kind(db)).isEqualTo("r");
      assertThat(db.number("select count(*) from app.t")).isEqualTo(3);
      assertThat(db.number("select count(*) from app.mine")).isEqualTo(1000);
      assertThat(result.problems()).first().asString().contains("name is different");
      assertThat(ConversionTest.leftovers(db)).isEmpty();
    }
  }
}
