package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.Consequence;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.Task;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.FaultyDataSource.Planned;
import io.sluice.testkit.JdbcCall;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a conversion may break for writers is said before, and each of it does break. */
class ConsequencesTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  private static final Interval WEEK = new Interval.Calendar(Interval.Unit.WEEK);

  private static Task task(Interval by, boolean rotated, Consequence... accepted) {
    ConvertSpec spec =
        new ConvertSpec(
            "app.t",
            by instanceof Interval.Ids ? "key" : "at",
            by,
            Optional.empty(),
            Optional.empty(),
            false,
            100,
            65_536,
            true,
            Set.of(accepted),
            false);
    return TaskFixture.task("convert", rotated ? spec.thatIsRotated() : spec);
  }

  private static TaskFixture fixture(int major) throws SQLException {
    TaskFixture db = new TaskFixture(major).with(ConvertSpec.class, new Conversion());
    db.sql(
        "create schema app",
        "create table app.t (key bigint constraint t_key primary key, at timestamptz default '2026-11-20' not null, note text)",
        "create table app.said (what text)",
        """
        create function app.fill() returns trigger language plpgsql as $$ begin
          if new.note = 'fill' then new.at := '2026-11-20'; end if; return new; end $$""",
        """
        create function app.audit() returns trigger language plpgsql as $$ begin
          insert into app.said values (concat_ws(' ', tg_table_name, tg_op)); return null; end $$""",
        "insert into app.t select g, timestamptz '2026-11-02' + g * interval '4 hours', 'x' from generate_series(1, 100) g");
    return db;
  }

  private static void furnish(TaskFixture db) throws SQLException {
    db.sql(
        "create trigger filling before insert on app.t for each row execute function app.fill()",
        "create trigger auditing after insert or update or delete on app.t for each row execute function app.audit()",
        "create trigger sleeping before insert on app.t for each row execute function app.fill()",
        "alter table app.t disable trigger sleeping",
        "create trigger harmless before update on app.t for each row execute function suppress_redundant_updates_trigger()",
        "create trigger once before insert on app.t for each statement execute function app.audit()");
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void changesNothing_untilEachIsAccepted(int major) throws SQLException {
    try (TaskFixture db = fixture(major)) {
      furnish(db);
      List<Consequence> all = List.of(Consequence.values());
      for (int n = 0; n < all.size(); n++) {
        Consequence[] accepted = all.subList(0, n).toArray(Consequence[]::new);
        RunResult result = db.run(task(WEEK, false, accepted));
        assertThat(result.problems())
            .hasSize(all.size() - n)
            .first()
            .asString()
            .contains("app.t", "add " + all.get(n).word() + " to accept:");
        assertThat(result.notes()).filteredOn(note -> note.startsWith("accepted: ")).hasSize(n);
        assertThat(db.runner.dryRun(task(WEEK, false, accepted), (step, locks) -> {}).problems())
            .isEqualTo(result.problems());
        assertThat(ConversionTest.leftovers(db)).isEmpty();
      }
      RunResult refused = db.run(task(WEEK, false));
      assertThat(String.join("\n", refused.problems()))
          .contains("unique index t_key (key) gets at as an additional column")
          .contains("BEFORE INSERT trigger filling, which calls app.fill() fires")
          .contains(
              "row trigger auditing, which calls app.audit(); filling, which calls app.fill() fires")
          .contains(
              "when its 4 partitions ahead end: declare a task with partition: {tables: [app.t]}")
          .doesNotContain("sleeping", "harmless", "once");
      assertThat(db.run(task(WEEK, false, Consequence.values())).problems()).isEmpty();
      assertThat(db.texts("select relkind from pg_class where oid = 'app.t'::regclass"))
          .containsExactly("p");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void notesAWordThatIsNotNeeded(int major) throws SQLException {
    try (TaskFixture db = fixture(major)) {
      RunResult result =
          db.run(
              task(
                  WEEK,
                  true,
                  Consequence.PLAIN_TABLE_SQL,
                  Consequence.WIDER_KEYS,
                  Consequence.ROW_TRIGGERS));
      assertThat(result.state()).isEqualTo(State.DONE);
      assertThat(result.notes())
          .contains("accept: row-triggers is not needed: nothing of the kind applies to app.t");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void saysWhatDoesBreak(int major) throws SQLException {
    try (TaskFixture db = fixture(major)) {
      furnish(db);
      List<String> broken =
          List.of(
              "insert into app.t values (1, '2026-11-05', 'x') on conflict (key) do nothing",
              "insert into app.t values (201, '2026-11-05', 'fill')",
              "insert into app.t values (202, null, 'fill')",
              "insert into app.t values (203, '2027-11-05', 'x')",
              "truncate only app.t");
      for (String statement : broken) {
        db.sql("begin", statement, "rollback");
      }
      db.sql("truncate app.said");
      assertThat(db.run(task(WEEK, false, Consequence.values())).problems()).isEmpty();
      for (String statement : broken) {
        assertThatThrownBy(() -> db.sql(statement)).as(statement).isInstanceOf(SQLException.class);
      }
      db.sql("update app.t set at = '2026-11-20' where key = 1");
      assertThat(db.texts("select what from app.said"))
          .containsExactly("t_p20261102 DELETE", "t_p20261116 INSERT");
      long same =
          db.number(
              "select count(*) from app.t where ctid in (select ctid from app.t where key = 2)");
      assertThat(same).as("rows by the ctid of one").isGreaterThan(1);
      assertThat(db.number("select count(*) from only app.t")).isZero();
      assertThatThrownBy(
              () ->
                  db.sql(
                      "insert into app.t select key, at, note from app.t where key = 2 on conflict (key, at) do update set at = '2026-11-21'"))
          .hasMessageContaining("different partition");
    }
  }

  /** Rotation comes later: no insert may fail between the swap and its first run. */
  @ParameterizedTest
  @MethodSource(VERSIONS)
  void takesTheIdsThatComeNext(int major) throws SQLException {
    try (TaskFixture db = fixture(major)) {
      RunResult result = db.run(task(new Interval.Ids(50), true, Consequence.PLAIN_TABLE_SQL));
      assertThat(result.problems()).isEmpty();
      db.sql("insert into app.t select g, now(), 'next' from generate_series(101, 299) g");
      assertThat(db.number("select count(*) from app.t")).isEqualTo(299);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void swapsNothing_whenATriggerCameMeanwhile(int major) throws SQLException {
    try (TaskFixture db = fixture(major)) {
      FaultyDataSource faulty = new FaultyDataSource(db.dataSource);
      db.wrapping(real -> faulty);
      Planned made =
          faulty.before(
              JdbcCall.containing("analyze \"app\".\"t__sluice_copy\""),
              1,
              call ->
                  db.sql(
                      "create trigger auditing after insert on app.t for each row execute function app.audit()"));
      Task task = task(WEEK, true, Consequence.PLAIN_TABLE_SQL, Consequence.WIDER_KEYS);
      RunResult result = db.run(task);
      assertThat(made.struck()).isTrue();
      assertThat(result.problems())
          .singleElement()
          .asString()
          .contains("nothing was swapped", "trigger auditing", "add row-triggers to accept:");
      assertThat(db.texts("select relkind from pg_class where oid = 'app.t'::regclass"))
          .containsExactly("r");
      db.sql("drop trigger auditing on app.t");
      assertThat(db.run(task).problems()).isEmpty();
    }
  }
}
