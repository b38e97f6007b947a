package io.sluice.getter.source;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Bytes per second over all users of one host. Whoever takes bytes is told how long to wait, so
 * that a limit can differ from call to call and change while it runs.
 */
final class RateLimiter {

  private static final long SECOND = 1_000_000_000L;

  private final LongSupplier nanoTime;
  private long freeAt;

  RateLimiter(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.freeAt = nanoTime.getAsLong();
  }

  /** Books the bytes; how long the caller must wait before it takes more. */
  synchronized Duration take(long bytes, long bytesPerSecond) {
    long now = nanoTime.getAsLong();
    long start = Math.max(freeAt - now, 0);
    long cost = (long) ((double) bytes / bytesPerSecond * SECOND);
    freeAt = now + start + cost;
    return Duration.ofNanos(start + cost);
  }
}
