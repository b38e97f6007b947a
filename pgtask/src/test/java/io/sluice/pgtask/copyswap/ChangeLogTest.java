package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.FaultyDataSource.Fault;
import io.sluice.testkit.FaultyDataSource.Planned;
import io.sluice.testkit.JdbcCall;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written to a table while it is copied, and reaches the copy or stops the rewrite. */
class ChangeLogTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  /** When all is copied, and nothing is locked. */
  private static final String COPIED = "analyze \"app\".\"t__sluice_copy\"";

  private static final String LOCK = "lock table \"app\".\"t\" in access exclusive mode";

  private static Task task() {
    return TaskFixture.task(
        "convert", ConversionTest.spec("app.t", "at", Optional.empty(), false, true));
  }

  private static TaskFixture fixture(int major, String... ddl) throws SQLException {
    TaskFixture db = new TaskFixture(major).with(ConvertSpec.class, new Conversion());
    db.sql("create schema app");
    db.sql(ddl);
    return db;
  }

  private static TaskFixture keyed(int major) throws SQLException {
    return fixture(
        major,
        "create table app.t (key bigint primary key, at timestamptz not null, note text)",
        "insert into app.t select g, timestamptz '2026-11-01' + g * interval '9 minutes', repeat('x', 500) from generate_series(1, 2000) g");
  }

  private static Planned before(TaskFixture db, String text, int nth, Fault fault) {
    FaultyDataSource faulty = new FaultyDataSource(db.dataSource);
    db.wrapping(real -> faulty);
    return faulty.before(JdbcCall.containing(text), nth, fault);
  }

  private static String kind(TaskFixture db) throws SQLException {
    return db.texts("select relkind from pg_class where oid = 'app.t'::regclass").get(0);
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void refusesNoWrite_whateverTheKeysColumnsAreCalled(int major) throws SQLException {
    List<String> names =
        List.of(
            "old",
            "new",
            "found",
            "tg_op",
            "NEW",
            "sqlstate",
            "__sluice_id",
            "__sluice_op",
            "id",
            "op",
            "$sluice$",
            "%s");
    for (String name : names) {
      String key = "\"" + name + "\"";
      try (TaskFixture db =
          fixture(
              major,
              "create table app.t (%s bigint primary key, at timestamptz not null)".formatted(key),
              "insert into app.t select g, '2026-11-05' from generate_series(1, 1000) g")) {
        Planned written =
            before(
                db,
                COPIED,
                1,
                call ->
                    db.sql(
                        "insert into app.t values (5000, '2026-11-06')",
                        "update app.t set %1$s = 5001 where %1$s = 1".formatted(key),
                        "delete from app.t where %s = 2".formatted(key)));
        RunResult result = db.run(task());
        assertThat(written.struck()).isTrue();
        assertThat(result.problems()).as(name).isEmpty();
        assertThat(kind(db)).as(name).isEqualTo("p");
        assertThat(db.texts("select count(*) || ' ' || sum(%s) from app.t".formatted(key)))
            .as(name)
            .containsExactly("1000 " + (500_500 + 5000 + 5000 - 2));
      }
    }
  }

  /** In blocks that are copied already, and in such as come later. */
  @ParameterizedTest
  @MethodSource(VERSIONS)
  void followsKeysThatAreDeletedAndComeAgain(int major) throws SQLException {
    try (TaskFixture db = keyed(major)) {
      Planned written =
          before(
              db,
              "s.ctid >=",
              3,
              call ->
                  db.sql(
                      "delete from app.t where key <= 50",
                      "insert into app.t select g, timestamptz '2026-11-01' + g * interval '9 minutes', 'again' from generate_series(1, 50) g"));
      RunResult result = db.run(task());
      assertThat(written.struck()).isTrue();
      assertThat(result.problems()).isEmpty();
      assertThat(kind(db)).isEqualTo("p");
      assertThat(
              db.texts(
                  "select count(*) || ' ' || count(*) filter (where note = 'again') from app.t"))
          .containsExactly("2000 50");
    }
  }

  /** SET LOGGED gives all rows a transaction of its own, which an older snapshot does not see. */
  @ParameterizedTest
  @MethodSource(VERSIONS)
  void losesNothing_whenTheTableIsRewrittenWhileTheLogIsRead(int major) throws SQLException {
    try (TaskFixture db = keyed(major)) {
      db.wrapping(real -> real);
      FaultyDataSource faulty = new FaultyDataSource(db.dataSource);
      faulty.before(
          JdbcCall.containing(COPIED),
          1,
          call -> db.sql("update app.t set note = 'late' where key <= 100"));
      Planned rewritten =
          faulty.before(
              JdbcCall.containing("delete from \"app\".\"t__sluice_copy\" as c"),
              1,
              call -> rewrite(db));
      db.wrapping(real -> faulty);
      RunResult result = db.run(task());
      assertThat(rewritten.struck()).isTrue();
      assertThat(result.problems()).isEmpty();
      assertThat(
              db.texts(
                  "select count(*) || ' ' || count(*) filter (where note = 'late') from app.t"))
          .containsExactly("2000 100");
    }
  }

  private static void rewrite(TaskFixture db) throws SQLException {
    try (Connection other = db.database.newSessions().getConnection()) {
      Sql.execute(
          other,
          List.of(
              "set lock_timeout = '200ms'",
              "alter table app.t set unlogged",
              "alter table app.t set logged"));
    } catch (SQLException e) {
      assertThat(e.getSQLState()).isEqualTo("55P03");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void refusesToWrite_bySnapshotsFromBeforeTheSwap(int major) throws SQLException {
    try (TaskFixture db = keyed(major);
        Connection writer = db.database.newSessions().getConnection();
        Statement statement = writer.createStatement()) {
      writer.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      writer.setAutoCommit(false);
      Planned began =
          before(
              db,
              LOCK,
              1,
              call -> {
                db.sql("update app.t set note = 'late' where key <= 100");
                statement.execute("select 1");
              });
      RunResult result = db.run(task());
      assertThat(began.struck()).isTrue();
      assertThat(kind(db)).isEqualTo("p");
      assertThat(String.join("\n", result.problems())).contains("lock");
      assertThatThrownBy(() -> statement.execute("update app.t set note = 'lost' where key = 7"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
      writer.rollback();
      assertThat(statement.executeUpdate("update app.t set note = 'kept' where key = 7")).isOne();
      writer.commit();
      db.wrapping(real -> real);
      assertThat(db.run(task()).problems()).isEmpty();
      assertThat(ConversionTest.leftovers(db)).isEmpty();
      assertThat(db.texts("select tgname from pg_trigger where not tgisinternal")).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void carriesATriggerOfSomebodys_whateverItIsCalled(int major) throws SQLException {
    try (TaskFixture db = keyed(major)) {
      db.sql(
          "create function app.stamp() returns trigger language plpgsql as $$ begin new.note := 'stamped'; return new; end $$",
          "create trigger sluice_log_stamp before insert on app.t for each row execute function app.stamp()");
      assertThat(db.run(task()).problems()).isEmpty();
      db.sql("insert into app.t values (9000, '2026-11-05', 'plain')");
      assertThat(db.texts("select note from app.t where key = 9000")).containsExactly("stamped");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void refusesATable_withoutAKey(int major) throws SQLException {
    Map<String, String> keys =
        Map.of(
            "",
            "no key",
            "create unique index on app.t (key)",
            "a nullable key",
            "alter table app.t alter key set not null, add unique (key) deferrable",
            "a deferrable key",
            "alter table app.t alter key set not null; create unique index on app.t (key) where key > 0",
            "a partial key");
    for (Map.Entry<String, String> key : keys.entrySet()) {
      try (TaskFixture db =
          fixture(
              major,
              "create table app.t (key bigint, at timestamptz not null)",
              "insert into app.t values (1, '2026-11-05')",
              key.getKey().isEmpty() ? "select 1" : key.getKey())) {
        RunResult result = db.run(task());
        assertThat(result.state()).as(key.getValue()).isNotEqualTo(State.DONE);
        assertThat(result.problems())
            .as(key.getValue())
            .singleElement()
            .asString()
            .contains("app.t has no key", "unique index", "Add one");
        assertThat(kind(db)).isEqualTo("r");
        assertThat(ConversionTest.leftovers(db)).isEmpty();
      }
    }
  }
}
