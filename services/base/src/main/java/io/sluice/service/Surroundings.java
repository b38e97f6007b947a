package io.sluice.service;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.message.Stage;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingUse;
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
   * Returns when all is there that a stage needs, and no more: a full staging stops what fills it,
   * never what empties it. Brings the ledger up to date the first time.
   *
   * @throws PauseStage naming what is away
   */
  public void check(Stage stage) {
    checkDatabase();
    try {
      switch (stage) {
        case FETCH -> checkWritable(StagingUse.Kind.RAW);
        case HANDLE -> checkWritable(StagingUse.Kind.CHUNK);
        case LOAD -> staging.checkReadable();
        case SETTLE -> {} // happens at the source
      }
    } catch (IOException e) {
      throw new PauseStage("staging: " + e.getMessage(), e);
    }
  }

  /** See {@link LedgerDatabase#check}. */
  public void checkDatabase() {
    database.check();
  }

  /** See {@link LedgerDatabase#ensureLedger}. */
  public void ensureLedger() {
    database.ensureLedger();
  }

  private void checkWritable(StagingUse.Kind kind) throws IOException {
    staging.checkRoom(kind);
    staging.probe();
  }
}
