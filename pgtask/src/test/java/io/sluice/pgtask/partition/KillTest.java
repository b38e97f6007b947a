package io.sluice.pgtask.partition;

import static io.sluice.pgtask.partition.RotationFixture.CDR;
import static io.sluice.pgtask.partition.RotationFixture.day;
import static io.sluice.pgtask.partition.RotationFixture.done;
import static io.sluice.pgtask.partition.RotationFixture.end;
import static io.sluice.pgtask.partition.RotationFixture.reader;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.sql.Sql;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.task.PartitionSpec.Expired;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.JdbcCall;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The process is killed before every single statement of a rotation; the next run repairs. */
class KillTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  private static final BeforeDrop EXPORTER =
      (work, partition, oid, parent, lower, upper, to) ->
          work.transaction(
              connection -> {
                long rows = Sql.number(connection, "select count(*) from " + partition.sql());
                return new BeforeDrop.Saved(rows, to, "ab");
              });

  private static void setUp(TaskFixture fixture, String... more) throws SQLException {
    fixture.sql(
        "drop table if exists cdr, cdr_p20261115 cascade",
        "drop schema if exists cold cascade",
        "truncate sluice.expired_partition",
        CDR);
    day(fixture, "2026-11-15", 5);
    fixture.sql(more);
  }

  private static void killEverywhere(
      TaskFixture fixture, FaultyDataSource faulty, SpecBuilder spec, Check check)
      throws SQLException {
    spec.keepDays(1).aheadCount(0);
    int n = 0;
    do {
      check.setUp();
      faulty.before(JdbcCall.WORK, ++n, faulty.death());
      try {
        RotationFixture.run(fixture, spec);
      } catch (PauseStage e) {
        assertThat(faulty.struck()).isTrue();
      }
      boolean killed = faulty.struck();
      faulty.heal();
      RunResult next = RotationFixture.run(fixture, spec);
      assertThat(next.problems()).as("after death at %d", n).isEmpty();
      check.after(n);
      assertThat(done(fixture, spec).steps()).as("steps after death at %d", n).isZero();
      if (!killed) {
        assertThat(n).isGreaterThan(20);
        return;
      }
    } while (true);
  }

  /** What is there before and after. */
  private interface Check {
    void setUp() throws SQLException;

    void after(int n) throws SQLException;
  }

  private static void nothingHalfDone(TaskFixture fixture, int n) throws SQLException {
    assertThat(fixture.texts("select conname from pg_constraint where conname like 'sluice%'"))
        .as("after death at %d", n)
        .isEmpty();
    assertThat(
            fixture.texts(
                "select partition_name from sluice.expired_partition where done_at is null"))
        .as("after death at %d", n)
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void createsExportsAndDrops_whereverItWasKilled(int major) throws SQLException {
    try (TaskFixture fixture = new TaskFixture(major)) {
      FaultyDataSource faulty = RotationFixture.faulty(fixture, EXPORTER);
      SpecBuilder spec = SpecBuilder.of("public.cdr").export(URI.create("file:/exports"));
      killEverywhere(
          fixture,
          faulty,
          spec,
          new Check() {
            @Override
            public void setUp() throws SQLException {
              KillTest.setUp(fixture);
            }

            @Override
            public void after(int n) throws SQLException {
              nothingHalfDone(fixture, n);
              assertThat(fixture.partitions("cdr"))
                  .as("after death at %d", n)
                  .containsExactly("cdr_p20261119", "cdr_p20261120");
              assertThat(fixture.texts("select to_regclass('cdr_p20261115')")).containsOnlyNulls();
              assertThat(fixture.texts("select rows from sluice.expired_partition"))
                  .containsExactly("5");
            }
          });
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void archivesWithoutIndexes_whereverItWasKilled(int major) throws SQLException {
    try (TaskFixture fixture = new TaskFixture(major)) {
      FaultyDataSource faulty = RotationFixture.faulty(fixture, null);
      SpecBuilder spec = SpecBuilder.of("public.cdr").expired(new Expired.Archive("cold", false));
      killEverywhere(
          fixture,
          faulty,
          spec,
          new Check() {
            @Override
            public void setUp() throws SQLException {
              KillTest.setUp(fixture);
            }

            @Override
            public void after(int n) throws SQLException {
              nothingHalfDone(fixture, n);
              assertThat(fixture.number("select count(*) from cold.cdr_p20261115")).isEqualTo(5);
              assertThat(
                      fixture.texts("select indexname from pg_indexes where schemaname = 'cold'"))
                  .isEmpty();
            }
          });
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void finishesADetach_whoseBackendWasKilledWhileItWaited(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      setUp(fixture);
      Connection reader = reader(fixture, "cdr");
      SpecBuilder spec = SpecBuilder.of("public.cdr").keepDays(1).aheadCount(0);
      CompletableFuture<Void> killer =
          CompletableFuture.runAsync(
              () ->
                  Awaitility.await()
                      .pollInterval(java.time.Duration.ofMillis(5))
                      .until(
                          () ->
                              fixture
                                  .texts(
                                      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%detach partition%concurrently' and wait_event_type = 'Lock' and exists (select from pg_inherits where inhdetachpending)")
                                  .contains("t")));
      try {
        RotationFixture.run(fixture, spec);
      } catch (PauseStage e) {
        assertThat(e).hasMessageContaining("terminat");
      }
      killer.join();
      assertThat(fixture.number("select count(*) from pg_inherits where inhdetachpending"))
          .isEqualTo(1);
      end(reader);
      assertThat(done(fixture, spec).values()).containsEntry("partitionsExpired", 1L);
      assertThat(fixture.partitions("cdr")).isEqualTo(List.of("cdr_p20261119", "cdr_p20261120"));
    }
  }
}
