package io.sluice.core.ids;

import java.time.Duration;
import java.time.Instant;

/**
 * Numbers that are never used twice and tell their hour: of batches, claims, and the objects in
 * staging they made. {@code (hours since 2000-01-01 UTC) << 36 | sequence}; the same in SQL is
 * {@code sluice.new_token()}.
 */
public final class Tokens {

  private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
  private static final int SEQUENCE_BITS = 36;
  private static final long SEQUENCE = (1L << SEQUENCE_BITS) - 1;

  private Tokens() {}

  /** Start of the hour in which it was made. */
  public static Instant hour(long token) {
    return EPOCH.plus(Duration.ofHours(token >> SEQUENCE_BITS));
  }

  /** The part that the sequence gave. */
  public static long sequence(long token) {
    return token & SEQUENCE;
  }

  /** A token of the hour that holds an instant. */
  public static long of(Instant time, long sequence) {
    return Duration.between(EPOCH, time).toHours() << SEQUENCE_BITS | sequence;
  }
}
