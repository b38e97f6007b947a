package io.sluice.handler.work;

import io.sluice.core.fate.Fate;
import io.sluice.core.fate.ParkTarget;
import io.sluice.core.fate.SqlFates;
import io.sluice.core.sql.DatabaseException;
import java.util.Optional;

/** Failures that last until a person has put something right. */
final class Refusals {

  private static final String NO_PRIVILEGE = "42501";

  private Refusals() {}

  /** The way to park what met such a failure; empty for any other. */
  static Optional<ParkTarget> of(Throwable e) {
    if (e instanceof ParkTarget park) {
      return Optional.of(park);
    }
    if (e instanceof DatabaseException database
        && SqlFates.of(database.sqlException()) == Fate.PARK_TARGET) {
      boolean denied = NO_PRIVILEGE.equals(database.sqlException().getSQLState());
      return Optional.of(
          new ParkTarget(
              denied ? "privilege" : "missing_table",
              database.getMessage()
                  + (denied
                      ? "; grant it to the role of sluice.database.user"
                      : "; restore it, or migrate the ledger again"),
              e));
    }
    return Optional.empty();
  }
}
