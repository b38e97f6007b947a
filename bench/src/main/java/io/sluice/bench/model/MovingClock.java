package io.sluice.bench.model;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/** A clock that is moved ahead of another. */
final class MovingClock extends Clock {

  private final Clock base;
  private Duration ahead = Duration.ZERO;

  MovingClock(Clock base) {
    this.base = base;
  }

  void advance(Duration by) {
    ahead = ahead.plus(by);
  }

  @Override
  public Instant instant() {
    return base.instant().plus(ahead);
  }

  @Override
  public ZoneId getZone() {
    return base.getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }
}
