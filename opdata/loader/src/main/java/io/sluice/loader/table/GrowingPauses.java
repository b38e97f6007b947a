package io.sluice.loader.table;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers what is in trouble, and until when it is left alone: twice as long each time it is
 * found so again. Safe for several threads.
 *
 * @param <K> names what it is
 */
public final class GrowingPauses<K> {

  private record Trouble(int times, Instant until, String reason) {}

  private static final int MAX_DOUBLINGS = 6;

  private final Map<K, Trouble> troubles = new ConcurrentHashMap<>();
  private final Duration first;
  private final Clock clock;

  public GrowingPauses(Duration first, Clock clock) {
    this.first = first;
    this.clock = clock;
  }

  /**
   * Notes trouble.
   *
   * @return for how long it is left alone
   */
  public Duration note(K what, String reason) {
    Trouble now =
        troubles.compute(
            what,
            (k, before) -> {
              int times = before == null ? 0 : Math.min(before.times + 1, MAX_DOUBLINGS);
              return new Trouble(
                  times, clock.instant().plus(first.multipliedBy(1L << times)), reason);
            });
    return left(now);
  }

  /** How much longer it is left alone; zero when it may be tried. */
  public Duration left(K what) {
    Trouble trouble = troubles.get(what);
    return trouble == null ? Duration.ZERO : left(trouble);
  }

  private Duration left(Trouble trouble) {
    Duration left = Duration.between(clock.instant(), trouble.until);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** Why it was left alone last; empty without trouble. */
  public String reason(K what) {
    Trouble trouble = troubles.get(what);
    return trouble == null ? "" : trouble.reason;
  }

  /** It is well again. */
  public void clear(K what) {
    troubles.remove(what);
  }
}
