package io.sluice.bench.model;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A content under a name, as the ledger tells it from others.
 *
 * @param path below the feed's directory; of a member {@code archive!/member}
 */
record Version(int feed, String path, long micros, long size) {

  static long microsOf(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }

  boolean isMember() {
    return path.contains("!/");
  }

  /** The path of the file that lies in the source. */
  String sourcePath() {
    return isMember() ? path.substring(0, path.indexOf("!/")) : path;
  }

  @Override
  public String toString() {
    return "m%d/%s@%d/%d".formatted(feed, path, micros / 1_000_000 % 1_000_000, size);
  }
}
