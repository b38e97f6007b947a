package io.sluice.service;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.staging.Staging;
import java.io.IOException;

/**
 * What the stages need around them: the database with its ledger, and staging. The broker proves
 * itself by the connection a stage opens.
 */
public final class Surroundings {
  private final LedgerDatabase database;
  private final Staging staging;

  public Surroundings(LedgerDatabase database, Staging staging) {
    this.database = database;
    this.staging = staging;
  }

  /**
   * Returns when all of it is there; brings the ledger up to date the first time.
   *
   * @throws PauseStage naming what is away
   */
  public void check() {
    database.check();
    checkStaging();
  }

  /** See {@link LedgerDatabase#ensureLedger}. */
  public void ensureLedger() {
    database.ensureLedger();
  }

  private void checkStaging() {
    try {
      staging.probe();
    } catch (IOException e) {
      throw new PauseStage("staging: " + e.getMessage(), e);
    }
  }
}
