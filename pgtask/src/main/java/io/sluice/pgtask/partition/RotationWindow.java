package io.sluice.pgtask.partition;

import io.sluice.core.yaml.Retention;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.task.PartitionSpec;
import java.time.Instant;
import java.util.Optional;

/**
 * The window outside which nothing is ever made: [now − keep, now + ahead], in values of the key.
 *
 * @param now the time of the run, or the largest id
 * @param first start of the oldest period that may be there; {@link KeyType#MIN} without end
 * @param current start of the period of now
 * @param end of the newest period that is wanted
 * @param expiry what ends there or before is expired; {@link KeyType#MIN} if nothing is by age
 */
record RotationWindow(long now, long first, long current, long end, long expiry) {

  /** For times. */
  static RotationWindow at(Instant time, Periods periods, PartitionSpec spec) {
    long now = periods.value(time);
    Optional<Long> oldest =
        spec.keepTime()
            .map(keep -> Retention.before(time, keep, periods.zone()))
            .map(periods::value);
    return of(now, oldest, periods, end(periods, now, spec, time));
  }

  /** For ids: counted from the largest. */
  static RotationWindow atId(long now, Periods periods, PartitionSpec spec) {
    Optional<Long> oldest =
        spec.keepIds().isPresent()
            ? Optional.of(Math.subtractExact(now, spec.keepIds().getAsLong()))
            : Optional.empty();
    return of(now, oldest, periods, endByCount(periods, now, spec));
  }

  private static RotationWindow of(long now, Optional<Long> oldest, Periods periods, long end) {
    return new RotationWindow(
        now,
        oldest.map(periods::startOf).orElse(KeyType.MIN),
        periods.startOf(now),
        end,
        oldest.orElse(KeyType.MIN));
  }

  private static long end(Periods periods, long now, PartitionSpec spec, Instant time) {
    return spec.aheadTime().isPresent()
        ? periods.next(periods.startOf(periods.value(time.plus(spec.aheadTime().get()))))
        : endByCount(periods, now, spec);
  }

  private static long endByCount(Periods periods, long now, PartitionSpec spec) {
    long end = periods.next(periods.startOf(now));
    for (int i = 0; i < spec.aheadCount().orElse(0); i++) {
      end = periods.next(end);
    }
    return end;
  }
}
