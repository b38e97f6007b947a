package io.sluice.handler.encode;

import io.sluice.core.feed.FeedTarget.Partitioning;
import io.sluice.core.feed.FeedTarget.Partitioning.By;
import java.time.Instant;

/**
 * The times a target takes (D9): one device with a wrong clock must not create a thousand
 * partitions.
 */
public final class Window {

  private final Instant from;
  private final Instant until;

  public Window(Partitioning partition, Instant now) {
    boolean bounded = partition.by() != By.NONE;
    from = bounded ? partition.keep().map(now::minus).orElse(Instant.MIN) : Instant.MIN;
    until = bounded ? now.plus(partition.ahead()) : Instant.MAX;
  }

  /** Microseconds since 1970. */
  public boolean contains(long micros) {
    return micros >= micros(from) && micros <= micros(until);
  }

  private static long micros(Instant instant) {
    if (instant.equals(Instant.MIN)) {
      return Long.MIN_VALUE;
    }
    return instant.equals(Instant.MAX) ? Long.MAX_VALUE : instant.getEpochSecond() * 1_000_000L;
  }

  @Override
  public String toString() {
    return "from "
        + (from.equals(Instant.MIN) ? "ever" : from)
        + " until "
        + (until.equals(Instant.MAX) ? "ever" : until);
  }
}
