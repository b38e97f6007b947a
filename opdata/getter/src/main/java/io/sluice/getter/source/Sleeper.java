package io.sluice.getter.source;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits, as a rate limit or a break demands. */
interface Sleeper {

  Sleeper THREAD = time -> TimeUnit.NANOSECONDS.sleep(time.toNanos());

  void sleep(Duration time) throws InterruptedException;

  /** Waits in the middle of reading. */
  default void pause(Duration time) throws InterruptedIOException {
    try {
      sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting to continue reading");
    }
  }
}
