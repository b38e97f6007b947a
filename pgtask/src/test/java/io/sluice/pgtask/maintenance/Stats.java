package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.TaskFixture;
import java.sql.SQLException;
import java.time.Duration;
import org.awaitility.Awaitility;

/** The server's statistics come a moment after what they count. */
final class Stats {

  /** Of this session, which would keep them for up to ten seconds; there is none before 15. */
  private static final String FLUSH =
      "do $$ begin perform pg_stat_force_next_flush(); exception when undefined_function then null; end $$";

  private Stats() {}

  static void await(TaskFixture fixture, String condition) throws SQLException {
    fixture.sql(FLUSH);
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> fixture.texts("select " + condition).contains("t"));
  }

  /** Rows written since the last analyze, or since ever. */
  static void awaitChanged(TaskFixture fixture, String table, long rows) throws SQLException {
    await(fixture, "pg_stat_get_mod_since_analyze('%s'::regclass) = %d".formatted(table, rows));
  }
}
