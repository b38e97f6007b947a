package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.ledger.LedgerSchema;
import io.sluice.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LedgerTest {

  private final EmbeddedDatabase.Database database = EmbeddedDatabase.shared().createDatabase();
  private final Ledger ledger = new Ledger(database.dataSource());

  @BeforeEach
  void makeLedger() throws SQLException {
    LedgerSchema.migrate(database.dataSource());
    execute(
        """
        create table sluice.file_all partition of sluice.file default;
        insert into sluice.file (id, day, path_key, feed, host, path, size, mtime, bulk)
          values (1, '2026-11-20', gen_random_uuid(), 'chaos', '', '/pm/a.xml.gz', 7, '2026-11-20 09:30:09Z', false);
        insert into sluice.batch (id, feed, bulk, stage, files, bytes, chunks)
          values (1, 'chaos', false, 'load', 1, 7, 2);
        insert into sluice.work (file_id, feed, host, path, size, mtime, stage, state, bulk, period, handling, batch)
          values (1, 'chaos', '', '', 0, now(), 'load', 'queued', false, now(), 1, 1);
        """);
  }

  @Test
  void positionChanges_withEachChunkLoaded_andWithEachHandling() throws SQLException {
    String before = ledger.position();
    execute("update sluice.batch set chunks_done = 1");
    String loaded = ledger.position();
    execute("update sluice.work set handling = 2");

    assertThat(before).isNotEqualTo(loaded);
    assertThat(ledger.position()).isNotEqualTo(loaded);
  }

  @Test
  void countsOpenFilesAndStates() throws SQLException {
    assertThat(ledger.inFlight()).isOne();
    assertThat(ledger.closed()).isZero();
    assertThat(ledger.states().values()).containsExactly(1L);
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
