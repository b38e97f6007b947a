package io.sluice.getter.sweep;

import io.sluice.core.staging.StagingUse;
import java.time.Duration;

/**
 * What the sweeper keeps and how fast it works.
 *
 * @param lostAfter how long after its publication a message may be missed
 * @param republish messages of one queue published again in one sweep, at most
 * @param keepRaw how long raw files stay
 * @param keepRejected how long raw files stay that had rejects
 * @param keepChunks how long chunks stay after their file has closed
 * @param fullest share of the staging limit above which the oldest raw files go early; less than
 *     that at which fetching waits, or it would wait for ever
 */
public record SweepSettings(
    Duration lostAfter,
    int republish,
    Duration keepRaw,
    Duration keepRejected,
    Duration keepChunks,
    double fullest) {

  /** Two minutes, 1,000 messages, 3 days, 14 days, an hour, 80%. */
  public static final SweepSettings DEFAULTS =
      new SweepSettings(
          Duration.ofMinutes(2),
          1_000,
          Duration.ofDays(3),
          Duration.ofDays(14),
          Duration.ofHours(1),
          0.8);

  public SweepSettings {
    double stop = StagingUse.Kind.RAW.limitShare();
    if (!(fullest > 0 && fullest < stop)) {
      throw new IllegalArgumentException(
          "getter.sweep.fullest is %s; it must be more than 0 and less than %s, where fetching waits"
              .formatted(fullest, stop));
    }
  }
}
