package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.ledger.LedgerSchema;
import io.sluice.simulator.Expected;
import io.sluice.simulator.FileKind;
import io.sluice.simulator.WrittenFile;
import io.sluice.testkit.EmbeddedDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final Expected NOTHING =
      new Expected(Map.of("broken", 1L), 1, 0, 0, 0, 0, List.of());
  private static final Instant END = Instant.parse("2026-11-20T09:30:00Z");
  private static final WrittenFile BROKEN =
      new WrittenFile(
          Path.of("/pm/a.xml.gz"), FileKind.BROKEN, 0, END, 1, false, 7, END.plusSeconds(9));

  private final EmbeddedDatabase.Database database = EmbeddedDatabase.shared().createDatabase();

  @BeforeEach
  void makeLedger() throws SQLException {
    LedgerSchema.migrate(database.dataSource());
    execute(
        """
        create table sluice.file_all partition of sluice.file default;
        insert into sluice.file
            (id, day, path_key, feed, host, path, size, mtime, bulk, state, closed_at)
          values (1, '2026-11-20', gen_random_uuid(), 'chaos', '', '/pm/a.xml.gz', 7, '2026-11-20 09:30:09Z', false,
            'rejected', now());
        """);
  }

  @Test
  void holds_whenTheUnreadableFileWasRejected() throws SQLException {
    assertThat(judge().hold()).isTrue();
  }

  @Test
  void doesNotHold_whenTheUnreadableFileWasLoaded() throws SQLException {
    execute("update sluice.file set state = 'loaded'");

    assertThat(judge().hold()).isFalse();
  }

  @Test
  void doesNotHold_whenOnlyAnEarlierContentWasSeen() throws SQLException {
    execute("update sluice.file set size = 6");

    assertThat(judge().hold()).isFalse();
  }

  @Test
  void doesNotHold_whenCellsDoNotAddUp() throws SQLException {
    execute("update sluice.file set read = 3, rejected = 2");

    assertThat(judge().hold()).isFalse();
  }

  @Test
  void doesNotHold_whenAFileIsStuck() throws SQLException {
    execute(
        """
        insert into sluice.work (file_id, feed, host, path, size, mtime, stage, state, bulk, period)
          values (1, 'chaos', '', '', 0, now(), 'handle', 'waiting', false, now())
        """);

    assertThat(judge().hold()).isFalse();
  }

  private Checks judge() throws SQLException {
    return new Verdict(database.dataSource()).judge(NOTHING, List.of(BROKEN));
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
