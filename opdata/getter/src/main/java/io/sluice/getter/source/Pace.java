package io.sluice.getter.source;

import java.io.InterruptedIOException;

/**
 * Keeps reading to a host's bytes per second, shared with all others that read from it.
 *
 * @param perSecond in bytes
 */
record Pace(RateLimiter limiter, long perSecond, Sleeper sleeper) {

  /** Waits as long as so many bytes are worth. */
  void read(int bytes) throws InterruptedIOException {
    sleeper.pause(limiter.take(bytes, perSecond));
  }
}
