package io.sluice.getter.source;

import java.time.Duration;
import java.util.function.LongSupplier;

/** The pause after a failed attempt to connect; it doubles up to a minute. Not thread-safe. */
final class ReconnectPause {

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final LongSupplier nanoTime;
  private Duration pause = Duration.ZERO;
  private long until;
  private String problem = "";

  ReconnectPause(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** How long the next attempt must wait, zero if it need not. */
  Duration left() {
    long left = until - nanoTime.getAsLong();
    return pause.isZero() || left <= 0 ? Duration.ZERO : Duration.ofNanos(left);
  }

  void check() throws SourceAway {
    Duration left = left();
    if (!left.isZero()) {
      throw new SourceAway(problem + " (next attempt in " + left.toSeconds() + " s)");
    }
  }

  void failed(String why) {
    Duration doubled = pause.isZero() ? FIRST : pause.multipliedBy(2);
    pause = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    until = nanoTime.getAsLong() + pause.toNanos();
    problem = why;
  }

  void succeeded() {
    pause = Duration.ZERO;
  }
}
