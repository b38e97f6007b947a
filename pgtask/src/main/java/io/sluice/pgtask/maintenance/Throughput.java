package io.sluice.pgtask.maintenance;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * How fast this server works, measured on what this run did, so that what would not end before the
 * window does is not begun. Until enough was measured a pace counts that a slow disk keeps.
 */
final class Throughput {

  /** What is done to tables. */
  enum Operation {
    FREEZE(20, "tablesVacuumed"),
    ANALYZE(20, "tablesAnalyzed"),
    VACUUM(20, "tablesVacuumed"),
    REINDEX(10, "indexesRebuilt"),
    REWRITE(5, "tablesRewritten");

    private final long slowest;
    private final String result;

    Operation(long megabytesPerSecond, String result) {
      this.slowest = megabytesPerSecond << 20;
      this.result = result;
    }

    /** The name it is counted by in the run's result. */
    String result() {
      return result;
    }
  }

  /** Less says more about caches and start-up than about the disk. */
  private static final Duration ENOUGH = Duration.ofSeconds(5);

  /** Measured paces are of other tables; this much slower is still no surprise. */
  private static final double RESERVE = 1.5;

  private record Measured(long bytes, Duration time) {
    Measured and(Measured other) {
      return new Measured(bytes + other.bytes, time.plus(other.time));
    }
  }

  private final Map<Operation, Measured> measured = new EnumMap<>(Operation.class);

  void record(Operation kind, long bytes, Duration time) {
    measured.merge(kind, new Measured(bytes, time), Measured::and);
  }

  Duration estimate(Operation kind, long bytes) {
    Measured so = measured.get(kind);
    double perSecond =
        so == null || so.time().compareTo(ENOUGH) < 0 || so.bytes() == 0
            ? kind.slowest
            : so.bytes() / (so.time().toNanos() / 1e9) / RESERVE;
    return Duration.ofMillis((long) Math.ceil(bytes / perSecond * 1000));
  }
}
