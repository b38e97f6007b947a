package io.sluice.bench;

import java.time.Duration;

/**
 * What a wave of files took.
 *
 * @param rows in the warehouse
 * @param wall from the first file found to the last one closed, by the ledger's clock
 */
record Cost(String wave, long files, long rows, long cells, Duration wall, Reading used) {

  double seconds() {
    return Math.max(1, wall.toMillis()) / 1e3;
  }

  double filesPerSecond() {
    return files / seconds();
  }

  /** Seconds of processor time of all programs together. */
  double processor() {
    return used.processor().values().stream().mapToLong(Duration::toMillis).sum() / 1e3;
  }
}
