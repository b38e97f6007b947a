package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.TaskFixture;
import java.time.Duration;
import org.awaitility.Awaitility;

/** The server's statistics come a moment after what they count. */
final class Stats {

  private Stats() {}

  static void await(TaskFixture fixture, String condition) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> fixture.texts("select " + condition).contains("t"));
  }

  /** Rows written since the last analyze, or since ever. */
  static void awaitChanged(TaskFixture fixture, String table, long rows) {
    await(fixture, "pg_stat_get_mod_since_analyze('%s'::regclass) = %d".formatted(table, rows));
  }
}
