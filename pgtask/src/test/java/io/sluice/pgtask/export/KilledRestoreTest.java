package io.sluice.pgtask.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sluice.testkit.FaultyDataSource.Planned;
import io.sluice.testkit.JdbcCall;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Exports and restores whose process ends at each of their statements in turn. */
class KilledRestoreTest {

  @TempDir Path dir;

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void carriesOn_whenKilledAtAnyStatement(int major) throws Exception {
    try (ExportFixture fixture = new ExportFixture(major)) {
      Tables.small(fixture);
      fixture.sql(
          "create table billing.cdr_rest partition of billing.cdr default",
          "alter table billing.cdr add primary key (start_time, id)");
      List<String> rows = fixture.rows(ExportFixture.PARENT);
      int exportKills = 0;
      int restoreKills = 0;
      boolean exportKilled = true;
      boolean restoreKilled = true;
      for (int n = 1; exportKilled || restoreKilled; n++) {
        Tables.detach(fixture);
        exportKilled = exportKilledAt(fixture, n);
        exportKills += exportKilled ? 1 : 0;
        URI manifest = fixture.export(dir.toUri()).manifest();
        fixture.sql("drop table billing.cdr_p20260801");
        restoreKilled = restoreKilledAt(fixture, n, manifest);
        restoreKills += restoreKilled ? 1 : 0;
        finish(fixture, manifest);
        assertThat(fixture.rows(ExportFixture.PARENT))
            .as("killed at statement %d", n)
            .isEqualTo(rows);
        assertClean(fixture, n);
        fixture.sql("delete from sluice.expired_partition");
      }
      assertThat(exportKills).isGreaterThanOrEqualTo(10);
      assertThat(restoreKills).isGreaterThan(20);
    }
  }

  private boolean exportKilledAt(ExportFixture fixture, int n) {
    return killedAt(fixture, n, () -> fixture.export(dir.toUri()));
  }

  private static boolean restoreKilledAt(ExportFixture fixture, int n, URI manifest) {
    return killedAt(
        fixture,
        n,
        () -> assertThat(fixture.restore(ExportFixture.from(manifest)).problems()).isEmpty());
  }

  /** Whether there was a statement to be killed at; else it must succeed. */
  private static boolean killedAt(ExportFixture fixture, int n, ThrowingCallable run) {
    Planned death =
        fixture.faulty.before(JdbcCall.WORK.or(JdbcCall.UNWRAP), n, fixture.faulty.death());
    Throwable failure = catchThrowable(run);
    fixture.faulty.heal();
    if (!death.struck()) {
      assertThat(failure).isNull();
    }
    return death.struck();
  }

  /** Another run finishes it, unless it was killed after the partition was attached. */
  private static void finish(ExportFixture fixture, URI manifest) throws SQLException {
    if (fixture
        .text(
            "select count(*) from pg_inherits where inhrelid = to_regclass('billing.cdr_p20260801')")
        .equals("0")) {
      assertThat(fixture.restore(ExportFixture.from(manifest)).problems()).isEmpty();
    }
  }

  private static void assertClean(ExportFixture fixture, int n) throws SQLException {
    assertThat(fixture.text("select count(*) from pg_class where relname ~ 'sluice_restore'"))
        .as("tables left over, killed at statement %d", n)
        .isEqualTo("0");
    assertThat(fixture.text("select max(hold_until) from sluice.expired_partition"))
        .as("held, killed at statement %d", n)
        .isEqualTo("2026-11-27 12:00:00+00");
  }
}
