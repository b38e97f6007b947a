package io.sluice.handler.pm;

import io.sluice.core.fate.RejectFile;
import java.util.Optional;

/**
 * What was read of one file. Of the values read, those a sink stored or collapsed are {@code values
 * - rejectedValues - rejectedInMeasValues}; values the feed does not want are {@code filtered} and
 * nowhere else.
 */
public final class PmCounts {

  long measInfos;
  long measValues;
  long values;
  long filtered;
  long rejectedValues;
  long rejectedMeasValues;
  long rejectedInMeasValues;
  long suspect;
  long firstEnd = Long.MAX_VALUE;
  long lastEnd = Long.MIN_VALUE;
  RejectFile broken;

  public long measInfos() {
    return measInfos;
  }

  public long measValues() {
    return measValues;
  }

  /** Cells read that the feed wants. */
  public long values() {
    return values;
  }

  public long filtered() {
    return filtered;
  }

  /** Single values rejected. */
  public long rejectedValues() {
    return rejectedValues;
  }

  /** measValue rejected whole. */
  public long rejectedMeasValues() {
    return rejectedMeasValues;
  }

  /** Values in the measValue rejected whole. */
  public long rejectedInMeasValues() {
    return rejectedInMeasValues;
  }

  /** measValue that say they are suspect. */
  public long suspect() {
    return suspect;
  }

  /** Earliest end time, microseconds since the epoch; {@code Long.MAX_VALUE} without rows. */
  public long firstEnd() {
    return firstEnd;
  }

  /** Latest end time; {@code Long.MIN_VALUE} without rows. */
  public long lastEnd() {
    return lastEnd;
  }

  /** Where and why the document could not be read to its end; empty when it could. */
  public Optional<RejectFile> broken() {
    return Optional.ofNullable(broken);
  }

  void ended(long end) {
    firstEnd = Math.min(firstEnd, end);
    lastEnd = Math.max(lastEnd, end);
  }
}
