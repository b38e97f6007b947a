package io.sluice.service;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.staging.Staging;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;

/**
 * What the stages need around them: the database with its ledger, and staging. The broker proves
 * itself by the connection a stage opens.
 */
public final class Surroundings {
  private static final int VALID_SECONDS = 5;

  private final DataSource database;
  private final Staging staging;
  private boolean migrated;

  public Surroundings(DataSource database, Staging staging) {
    this.database = database;
    this.staging = staging;
  }

  /**
   * Returns when all of it is there; brings the ledger up to date the first time.
   *
   * @throws PauseStage naming what is away
   */
  public void check() {
    checkDatabase();
    ensureLedger();
    checkStaging();
  }

  private void checkDatabase() {
    try (Connection connection = database.getConnection()) {
      if (!connection.isValid(VALID_SECONDS)) {
        throw new PauseStage("database: it accepts the connection and does not answer");
      }
    } catch (SQLException e) {
      throw new PauseStage("database: " + reason(e), e);
    }
  }

  /** The pool only says that it waited; its cause says for what. */
  private static String reason(SQLException e) {
    return e.getCause() instanceof SQLException cause ? cause.getMessage() : e.getMessage();
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
      TransactionPooling.refuse(database);
      LedgerSchema.migrate(database);
      migrated = true;
    } catch (SQLException | FlywayException e) {
      throw new PauseStage("ledger: " + firstLine(e.getMessage()), e);
    }
  }

  private static String firstLine(String message) {
    return List.of(message.split("\n", 2)).get(0);
  }

  private void checkStaging() {
    try {
      staging.probe();
    } catch (IOException e) {
      throw new PauseStage("staging: " + e.getMessage(), e);
    }
  }
}
