package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.fate.PauseStage;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.Consequence;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.Interval.Unit;
import io.sluice.pgtask.task.Task;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.JdbcCall;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A conversion is killed before and after every single statement; the next run completes it. */
class KilledConversionTest {

  private static final Interval WEEK = new Interval.Calendar(Unit.WEEK);

  @Tag("long")
  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void completes_whenKilledAtAnyStatement(int major) throws SQLException {
    survives(major, 1);
  }

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void completes_whenKilledAtSomeStatements(int major) throws SQLException {
    survives(major, 23);
  }

  private static void survives(int major, int stride) throws SQLException {
    try (TaskFixture db = new TaskFixture(major).with(ConvertSpec.class, new Conversion())) {
      db.sql(
          "create schema app",
          "create table app.of (id int primary key)",
          "insert into app.of values (1)");
      int kills = 0;
      while (killed(db, "t" + kills, 1 + kills * stride)) {
        kills++;
      }
      assertThat(kills * stride).isGreaterThan(150);
    }
  }

  /**
   * False if the run was over before.
   *
   * @param moment counted from 1, two for each statement and commit: before it and after
   */
  private static boolean killed(TaskFixture db, String table, int moment) throws SQLException {
    db.sql(
        "create table app.%s (key bigint primary key, at timestamptz not null, note text, o int default 1 references app.of)"
            .formatted(table),
        "create index on app.%s (note)".formatted(table),
        "insert into app.%s select g, timestamptz '2026-11-01' + g * interval '1 hour', repeat('x', 200) from generate_series(1, 400) g"
            .formatted(table),
        "create table app.shadow as select * from app." + table);
    FaultyDataSource faulty = new FaultyDataSource(db.database.dataSource());
    if (moment % 2 == 1) {
      faulty.before(JdbcCall.WORK, moment / 2 + 1, faulty.death());
    } else {
      faulty.after(JdbcCall.WORK, moment / 2, faulty.death());
    }
    db.wrapping(real -> faulty);
    run(db, table);
    db.wrapping(real -> real);
    for (String one : new String[] {"app." + table, "app.shadow"}) {
      db.sql(
          "insert into %s values (1000, '2026-11-30', 'new', 1), (1001, '2026-12-09', 'newer', 1)"
              .formatted(one),
          "update %s set at = at + interval '10 days', note = 'moved' where key %% 50 = 3"
              .formatted(one),
          "delete from %s where key %% 40 = 7".formatted(one));
    }
    Optional<RunResult> result = run(db, table);
    String context = "killed at moment %d: %s".formatted(moment, result);
    assertThat(result.map(RunResult::state)).as(context).hasValue(State.DONE);
    assertThat(
            db.texts(
                "select * from (select * from app.%1$s except all select * from app.shadow) a union all select * from (select * from app.shadow except all select * from app.%1$s) b"
                    .formatted(table)))
        .as(context)
        .isEmpty();
    assertThat(db.texts("select relkind from pg_class where relname = '%s'".formatted(table)))
        .as(context)
        .containsExactly("p");
    assertThat(db.texts("select indexname from pg_indexes where tablename = '%s'".formatted(table)))
        .as(context)
        .contains(table + "_note_idx");
    assertThat(
            db.texts(
                "select conrelid::regclass || ' ' || convalidated from pg_constraint where confrelid = 'app.of'::regclass and conparentid = 0"))
        .as(context)
        .containsExactly("app." + table + " true");
    assertThat(ConversionTest.leftovers(db)).as(context).isEmpty();
    assertThat(db.texts("select to_regclass('app.%s_before')".formatted(table)))
        .as(context)
        .containsOnlyNulls();
    db.sql("drop table app." + table, "drop table app.shadow");
    return faulty.struck();
  }

  private static Optional<RunResult> run(TaskFixture db, String table) {
    Task task =
        TaskFixture.task(
            "convert-" + table,
            new ConvertSpec(
                "app." + table,
                "at",
                WEEK,
                Optional.empty(),
                Optional.empty(),
                false,
                100,
                32_768,
                true,
                Set.of(Consequence.values()),
                false));
    try {
      return Optional.of(db.run(task));
    } catch (PauseStage e) {
      return Optional.empty();
    }
  }
}
