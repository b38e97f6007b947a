package io.sluice.handler.pm;

import io.sluice.core.fate.RejectFile;
import java.util.Optional;

/**
 * What was read of one file. Of the values read, those a sink stored or collapsed are those neither
 * rejected alone nor with their measValue; values the feed does not want are {@code filtered} and
 * nowhere else.
 */
public final class PmCounts {

  long measInfos;
  long measValues;
  long values;
  long filtered;

  /** Single values rejected. */
  long rejectedValues;

  /** measValue rejected whole. */
  long rejectedMeasValues;

  /** measValue that say they are suspect. */
  long suspect;

  long firstEnd = Long.MAX_VALUE;
  long lastEnd = Long.MIN_VALUE;
  RejectFile broken;

  /** Cells read that the feed wants. */
  public long values() {
    return values;
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
