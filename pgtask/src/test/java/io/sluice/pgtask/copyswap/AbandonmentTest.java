package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.fate.PauseStage;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.AbandonSpec;
import io.sluice.pgtask.task.Consequence;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.Task;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.JdbcCall;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The way out of a conversion that was killed, whatever has become of it since. */
public class AbandonmentTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";
  private static final String WRITE = "insert into app.t values (9999, '2026-11-02', 'after')";

  private static Task task(long log) {
    Limits limits =
        new Limits(
            2, Duration.ofMillis(300), Duration.ofSeconds(60), 2, Duration.ofMillis(20), log);
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
    return new Task(
        "convert", "", "warehouse", ZoneOffset.UTC, Optional.empty(), List.of(), limits, spec);
  }

  /** A table of 5,000 rows whose conversion was killed while it copied. */
  public static TaskFixture killed(int major, long log) throws SQLException {
    TaskFixture db =
        new TaskFixture(major)
            .with(ConvertSpec.class, new Conversion())
            .with(AbandonSpec.class, new Abandonment());
    db.sql(
        "create schema app",
        "create table app.t (key bigint primary key, at timestamptz not null, note text)",
        "insert into app.t select g, timestamptz '2026-11-01' + g * interval '3 minutes', repeat('x', 200) from generate_series(1, 5000) g");
    FaultyDataSource faulty = new FaultyDataSource(db.dataSource);
    faulty.before(JdbcCall.containing("in access share mode"), 5, faulty.death());
    db.wrapping(real -> faulty);
    try {
      db.run(task(log));
    } catch (PauseStage expected) {
      assertThat(faulty.struck()).isTrue();
    }
    db.wrapping(real -> real);
    assertThat(ConversionTest.leftovers(db)).isNotEmpty();
    return db;
  }

  private static RunResult abandon(TaskFixture db) {
    return db.run(TaskFixture.task("convert", new AbandonSpec(List.of("app.t"), Optional.empty())));
  }

  private static void assertAllGone(TaskFixture db) throws SQLException {
    assertThat(ConversionTest.leftovers(db)).isEmpty();
    assertThat(db.texts("select relkind from pg_class where oid = 'app.t'::regclass"))
        .containsExactly("r");
    db.sql(WRITE);
    assertThat(db.number("select count(*) from app.t")).isEqualTo(5001);
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void removesAllOfIt_alsoWhenHalfOfItIsGone(int major) throws SQLException {
    for (String gone :
        List.of(
            "select 1",
            "drop table app.t__sluice_state",
            "delete from app.t__sluice_state",
            "drop table app.t__sluice_copy",
            "drop function app.t__sluice_log cascade",
            "drop table app.t__sluice_copy, app.t__sluice_state",
            "create publication p for all tables")) {
      try (TaskFixture db = killed(major, Limits.DEFAULT.log())) {
        db.sql(gone);
        RunResult result = abandon(db);
        assertThat(result.problems()).as(gone).isEmpty();
        assertAllGone(db);
        assertThat(abandon(db).problems()).as(gone).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void logsNoMore_whileTheTriggersCannotBeRemoved(int major) throws SQLException {
    try (TaskFixture db = killed(major, Limits.DEFAULT.log())) {
      try (Connection reader = db.database.dataSource().getConnection();
          Statement statement = reader.createStatement()) {
        reader.setAutoCommit(false);
        statement.executeQuery("select count(*) from app.t").close();
        RunResult result = abandon(db);
        assertThat(result.state()).isEqualTo(State.PARTIAL);
        assertThat(result.problems()).singleElement().asString().contains("its lock was held");
        db.sql(
            "delete from app.t where key = 1", "insert into app.t values (1, '2026-11-01', 'x')");
        assertThat(db.number("select count(*) from app.t__sluice_log")).isZero();
        reader.rollback();
      }
      assertThat(abandon(db).problems()).isEmpty();
      assertAllGone(db);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void findsIt_alsoWhenTheTableWasRenamedOrDropped(int major) throws SQLException {
    for (String change : List.of("alter table app.t rename to t2", "drop table app.t")) {
      try (TaskFixture db = killed(major, Limits.DEFAULT.log())) {
        db.sql(change);
        List<UnfinishedRewrite> found = db.runner.read("warehouse", UnfinishedRewrite::find);
        assertThat(found).singleElement().asString().startsWith("conversion of app.t, log ");
        assertThat(found.get(0).task()).isEqualTo("convert");
        assertThat(abandon(db).problems()).isEmpty();
        assertThat(ConversionTest.leftovers(db)).isEmpty();
        assertThat(db.runner.read("warehouse", UnfinishedRewrite::find)).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void startsOver_afterItWasAbandoned(int major) throws SQLException {
    try (TaskFixture db = killed(major, Limits.DEFAULT.log())) {
      abandon(db);
      assertThat(db.run(task(Limits.DEFAULT.log())).problems()).isEmpty();
      assertThat(db.texts("select relkind from pg_class where oid = 'app.t'::regclass"))
          .containsExactly("p");
      assertThat(ConversionTest.leftovers(db)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void givesUp_whenTheLogIsLargerThanItsLimit(int major) throws SQLException {
    try (TaskFixture db = killed(major, Limits.DEFAULT.log())) {
      db.sql("update app.t set note = 'more'");
      RunResult result = db.run(task(100_000));
      assertThat(result.problems())
          .singleElement()
          .asString()
          .contains("the rewrite of app.t is abandoned: its change log has ", "Raise log:");
      assertAllGone(db);
    }
  }
}
