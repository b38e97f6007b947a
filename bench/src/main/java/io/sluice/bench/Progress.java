package io.sluice.bench;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Notices when nothing moves any more. */
final class Progress {
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  private final Ledger ledger;
  private final Clock clock;
  private String position = "";
  private Instant moved = Instant.MIN;

  Progress(Ledger ledger, Clock clock) {
    this.ledger = ledger;
    this.clock = clock;
  }

  /**
   * To be called now and then.
   *
   * @throws IllegalStateException when nothing has moved for minutes; says what is in flight
   */
  void check() throws SQLException {
    String now = ledger.closed() + " files closed; in flight: " + ledger.position();
    if (!now.equals(position)) {
      position = now;
      moved = clock.instant();
    } else if (moved.plus(PATIENCE).isBefore(clock.instant())) {
      throw new IllegalStateException("nothing has moved for " + PATIENCE + ": " + position);
    }
  }
}
