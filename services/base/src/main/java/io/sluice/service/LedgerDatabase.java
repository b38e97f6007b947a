package io.sluice.service;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.sql.TransactionPooling;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;

/**
 * The database that holds the ledger, over connections that are nobody else's: whether sessions
 * hold shows only when one is closed, to migrate takes several at once, which a pool of one never
 * has; and a look whether the database is there must not wait for work that waits for it.
 */
public final class LedgerDatabase {
  private static final int VALID_SECONDS = 5;

  private final DataSource database;
  private boolean migrated;

  /**
   * @param database opens a connection whenever it is asked
   */
  public LedgerDatabase(DataSource database) {
    this.database = database;
  }

  /**
   * Returns when it answers; brings the ledger up to date the first time.
   *
   * @throws PauseStage saying what is wrong with it
   */
  public void check() {
    checkDatabase();
    ensureLedger();
  }

  private void checkDatabase() {
    try (Connection connection = database.getConnection()) {
      if (!connection.isValid(VALID_SECONDS)) {
        throw new PauseStage("database: it accepts the connection but does not answer");
      }
    } catch (SQLException e) {
      throw new PauseStage("database: " + e.getMessage(), e);
    }
  }

  /**
   * Brings the ledger up to date the first time.
   *
   * @throws PauseStage when the database is away or refuses
   */
  public synchronized void ensureLedger() {
    if (migrated) {
      return;
    }
    try {
      TransactionPooling.refuse(database, "sluice.database.url");
      LedgerSchema.migrate(database);
      migrated = true;
    } catch (SQLException | FlywayException e) {
      throw new PauseStage("ledger: " + firstLine(e.getMessage()), e);
    }
  }

  private static String firstLine(String message) {
    return List.of(message.split("\n", 2)).get(0);
  }
}
