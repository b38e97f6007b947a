package io.sluice.core.ops;

import java.time.Instant;

/**
 * A half-open range of time.
 *
 * @param from included, or null
 * @param to excluded, or null
 */
public record TimeRange(Instant from, Instant to) {

  public static final TimeRange ALL = new TimeRange(null, null);

  public static TimeRange since(Instant from) {
    return new TimeRange(from, null);
  }
}
