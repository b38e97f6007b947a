package io.sluice.pgtask.partition;

import static io.sluice.pgtask.partition.RotationFixture.done;
import static io.sluice.pgtask.partition.RotationFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.catalog.TargetLock;
import io.sluice.core.catalog.TimePartitions;
import io.sluice.core.feed.FeedTarget.Partitioning;
import io.sluice.core.feed.FeedTarget.Partitioning.By;
import io.sluice.core.ids.FileIds;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FeedRotationTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  private static TaskFixture pm(int major) throws SQLException {
    TaskFixture fixture = RotationFixture.of(major);
    fixture.sql(
        "create schema pm",
        "create table pm.cell (end_time timestamptz not null, element int) partition by range (end_time)",
        "create table pm.foreign_one (like pm.cell) partition by range (end_time)",
        "insert into sluice.target (schema_name, name, source_name, feed, layout, mode, time_column, key_columns)"
            + " values ('pm', 'cell', 'cell', 'nr-pm', 'wide', 'merge', 'end_time', '{}'),"
            + " ('pm', 'foreign_one', 'foreign_one', 'nr-pm', 'wide', 'merge', 'end_time', '{}')",
        "insert into sluice.target_table (target_id, kind, part, table_name, made)"
            + " values (1, 'main', 1, 'cell', true), (2, 'main', 1, 'foreign_one', false)");
    return fixture;
  }

  private static SpecBuilder feed() {
    SpecBuilder spec = SpecBuilder.of().keepDays(2);
    spec.feed = Optional.of("nr-pm");
    return spec;
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void makesTheLoadersPartitions_underItsLock(int major) throws SQLException {
    try (TaskFixture fixture = pm(major)) {
      done(fixture, feed());
      TimePartitions loader =
          new TimePartitions(
              new Partitioning(By.DAY, Duration.ofDays(2), Optional.empty()), ZoneOffset.UTC);
      assertThat(fixture.partitions("pm.cell"))
          .hasSize(3)
          .contains(loader.name("cell", loader.startOf(fixture.clock.instant())));
      assertThat(fixture.partitions("pm.foreign_one")).isEmpty();
      assertThat(
              fixture
                  .texts("select reloptions::text from pg_class where relname = 'cell_p20261120'")
                  .get(0))
          .contains("fillfactor=90", "autovacuum_vacuum_insert_scale_factor=0.1");
      assertThat(fixture.texts("select sql from sluice.task_step where words like 'make%'"))
          .allMatch(sql -> sql.startsWith(TargetLock.sql(1)));
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void waitsForALoaderThatMakesTables(int major) throws SQLException {
    try (TaskFixture fixture = pm(major);
        Connection loader = fixture.dataSource.getConnection()) {
      loader.setAutoCommit(false);
      try (Statement statement = loader.createStatement()) {
        statement.execute(TargetLock.sql(1));
        RunResult result = run(fixture, feed());
        assertThat(result.state()).isEqualTo(State.FAILED);
        assertThat(result.problems())
            .hasSize(3)
            .allMatch(p -> p.contains("its lock was held by others"));
        statement.execute(
            "create table pm.cell_p20261120 partition of pm.cell for values from ('2026-11-20 00:00+00') to ('2026-11-21 00:00+00')");
      }
      loader.commit();
      assertThat(done(fixture, feed()).values()).containsEntry("partitionsCreated", 2L);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void keepsWhatASummaryHasStillToRead_andForgetsMarksNobodyReads(int major) throws SQLException {
    try (TaskFixture fixture = pm(major)) {
      fixture.sql(
          "create table pm.cell_p20261101 partition of pm.cell for values from ('2026-11-01 00:00+00') to ('2026-11-02 00:00+00')",
          "insert into sluice.mark (table_id, bucket, slice) select 1, timestamptz '2026-11-01 00:00+00' + h * interval '1 hour', 0 from generate_series(-2, 25) h",
          "insert into sluice.mark_reader values (1, 'hourly'), (1, 'daily')");
      RunResult held = done(fixture, feed());
      assertThat(held.notes())
          .anyMatch(
              n ->
                  n.contains("pm.cell_p20261101 has expired but stays")
                      && n.contains("daily, hourly"));
      assertThat(fixture.partitions("pm.cell")).contains("cell_p20261101");
      fixture.sql("delete from sluice.mark_reader");
      RunResult gone = done(fixture, feed());
      assertThat(gone.values()).containsEntry("marksDeleted", 24L);
      assertThat(fixture.partitions("pm.cell")).doesNotContain("cell_p20261101");
      assertThat(fixture.texts("select bucket at time zone 'UTC' from sluice.mark order by 1"))
          .isEqualTo(
              List.of(
                  "2026-10-31 22:00:00",
                  "2026-11-01 23:00:00",
                  "2026-11-02 00:00:00",
                  "2026-11-02 01:00:00"));
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void rotatesASharedTable_onceTheFeedThatMadeItIsGone(int major) throws SQLException {
    try (TaskFixture fixture = pm(major)) {
      new LedgerPartitions(fixture.ledger).ensure(List.of(FileIds.OUTSIDE));
      fixture.sql(
          "update sluice.target set feed = 'other'",
          "insert into sluice.file (id, day, path_key, feed, host, path, size, mtime, bulk, tables)"
              + " values (1, '2000-01-01', gen_random_uuid(), 'nr-pm', 'ems1', '/a', 1, now(), false, '{1}')");
      done(fixture, feed());
      assertThat(fixture.partitions("pm.cell")).as("its feed is there").isEmpty();
      fixture.sql("update sluice.target set feed = 'gone-pm'");
      done(fixture, feed());
      assertThat(fixture.partitions("pm.cell")).hasSize(3);
      assertThat(fixture.partitions("pm.foreign_one")).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void leavesTheTablesOfAFeedThatIsGone_whereTheFeedDoesNotWrite(int major) throws SQLException {
    try (TaskFixture fixture = pm(major)) {
      fixture.sql("update sluice.target set feed = 'gone-pm'");
      done(fixture, feed());
      assertThat(fixture.partitions("pm.cell")).isEmpty();
    }
  }
}
