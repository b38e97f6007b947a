package io.sluice.getter.source;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many connections a server bears, where it bears fewer than a feed allows: after a refusal no
 * more than it had accepted, and one more with every minute. Not thread-safe.
 */
final class Allowance {

  private static final Logger log = LoggerFactory.getLogger(Allowance.class);
  private static final Duration STEP = Duration.ofMinutes(1);

  private final LongSupplier nanoTime;
  private int most = Integer.MAX_VALUE;
  private long stepAt;
  private String refusal = "";

  Allowance(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** The number of connections to keep to now, at most {@code limit}. */
  int of(int limit) {
    while (most < limit && nanoTime.getAsLong() - stepAt >= 0) {
      most++;
      stepAt += STEP.toNanos();
    }
    if (most >= limit) {
      refusal = "";
    }
    return Math.min(most, limit);
  }

  /** After a refusal beside so many open connections, at least one. */
  void refused(int open, SourceRefused cause) {
    most = open;
    stepAt = nanoTime.getAsLong() + STEP.toNanos();
    refusal = cause.getMessage();
    log.warn("{}; using {} connections for now, one more each minute", refusal, open);
  }

  /** The refusal that still counts, empty if there is none. */
  String refusal() {
    return refusal;
  }
}
