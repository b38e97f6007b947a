package io.sluice.handler.encode;

import io.sluice.core.feed.FeedTarget.Partitioning;
import io.sluice.core.feed.FeedTarget.Partitioning.By;
import io.sluice.core.yaml.Retention;
import java.time.Instant;
import java.time.ZoneId;

/**
 * The times a target takes (D9): one device with a wrong clock must not create a thousand
 * partitions.
 */
public final class Window {

  private final long from;
  private final long until;

  /**
   * @param zone of the feed, in whose calendar months and years are counted
   */
  public Window(Partitioning partition, ZoneId zone, Instant now) {
    boolean bounded = partition.by() != By.NONE;
    from =
        bounded && partition.keep().isPresent()
            ? micros(Retention.before(now, partition.keep().get(), zone))
            : Long.MIN_VALUE;
    until = bounded ? micros(now.plus(partition.ahead())) : Long.MAX_VALUE;
  }

  /** Microseconds since 1970. */
  public boolean contains(long micros) {
    return micros >= from && micros <= until;
  }

  private static long micros(Instant instant) {
    return instant.getEpochSecond() * 1_000_000L;
  }

  private static Instant instant(long micros) {
    return Instant.ofEpochSecond(micros / 1_000_000L);
  }

  @Override
  public String toString() {
    return (from == Long.MIN_VALUE ? "any time" : "from " + instant(from))
        + (until == Long.MAX_VALUE ? "" : " until " + instant(until));
  }
}
