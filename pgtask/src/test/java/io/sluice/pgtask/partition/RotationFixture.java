package io.sluice.pgtask.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.copyswap.Drain;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.testkit.FaultyDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** Rotation over a fresh database whose server agrees with the settable clock. */
final class RotationFixture {

  static final String CDR =
      "create table cdr (at timestamptz not null, id bigint not null, note text, primary key (id, at)) partition by range (at)";

  private RotationFixture() {}

  static TaskFixture of(int major) {
    return of(major, null);
  }

  static TaskFixture of(int major, BeforeDrop exporter) {
    TaskFixture fixture = new TaskFixture(major);
    return with(fixture, fixture.ledger, exporter);
  }

  /** Lets rotation go through a data source that a test breaks, its ledger included. */
  static FaultyDataSource faulty(TaskFixture fixture, BeforeDrop exporter) {
    FaultyDataSource faulty = new FaultyDataSource(fixture.database.dataSource());
    fixture.wrapping(real -> faulty);
    with(fixture, new Transactions(faulty), exporter);
    return faulty;
  }

  private static TaskFixture with(TaskFixture fixture, Transactions ledger, BeforeDrop exporter) {
    return fixture.with(
        PartitionSpec.class,
        new PartitionRotation(
            ledger,
            connection -> fixture.clock.instant(),
            new Drain(),
            Optional.ofNullable(exporter),
            feed -> feed.startsWith("gone")));
  }

  static RunResult run(TaskFixture fixture, SpecBuilder spec) {
    return fixture.run(TaskFixture.task("rotate", spec.build()));
  }

  static RunResult done(TaskFixture fixture, SpecBuilder spec) {
    RunResult result = run(fixture, spec);
    assertThat(result.problems()).isEmpty();
    assertThat(result.state()).isEqualTo(State.DONE);
    return result;
  }

  /** A partition of cdr for one day, with rows. */
  static void day(TaskFixture fixture, String day, int rows) throws SQLException {
    String name = "cdr_p" + day.replace("-", "");
    fixture.sql(
        "create table %s partition of cdr for values from ('%s 00:00+00') to (timestamptz '%s 00:00+00' + interval '1 day')"
            .formatted(name, day, day),
        "insert into cdr select timestamptz '%s 12:00+00', i, 'x' from generate_series(1, %d) i"
            .formatted(day, rows));
  }

  /** A session that reads a table and keeps its transaction open. */
  static Connection reader(TaskFixture fixture, String table) throws SQLException {
    Connection reader = fixture.dataSource.getConnection();
    reader.setAutoCommit(false);
    Sql.execute(reader, "select count(*) from " + table);
    return reader;
  }

  static void end(Connection reader) throws SQLException {
    reader.rollback();
    reader.close();
  }
}
