package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.JdbcCall;
import java.sql.SQLException;
import java.util.Optional;

/** A conversion of app.t that was broken off when all was copied. */
public final class UnfinishedConversion {

  private static final Task TASK =
      TaskFixture.task(
          "convert", ConversionTest.spec("app.t", "at", Optional.empty(), false, true));

  private UnfinishedConversion() {}

  /** Leaves it like that. */
  public static void leave(TaskFixture db) throws SQLException {
    db.with(ConvertSpec.class, new Conversion());
    db.sql(
        "create schema app",
        "create table app.t (key bigint primary key, at timestamptz not null)",
        "insert into app.t select g, timestamptz '2026-11-10' + g * interval '7 minutes' from generate_series(1, 2000) g");
    FaultyDataSource faulty = new FaultyDataSource(db.dataSource);
    faulty.before(
        JdbcCall.containing("analyze \"app\".\"t__sluice_copy\""),
        1,
        FaultyDataSource.failure("57P01", "the server went away"));
    db.wrapping(real -> faulty);
    assertThat(db.run(TASK).state()).isEqualTo(State.FAILED);
    db.wrapping(real -> real);
  }

  /** The next run carries it on, and nothing is missing. */
  public static void complete(TaskFixture db) throws SQLException {
    assertThat(db.run(TASK).problems()).isEmpty();
    assertThat(db.texts("select count(*) || ' ' || sum(key) from app.t"))
        .containsExactly("2000 " + 1000L * 2001);
    assertThat(db.texts("select relkind from pg_class where oid = 'app.t'::regclass"))
        .containsExactly("p");
    assertThat(ConversionTest.leftovers(db)).isEmpty();
  }
}
