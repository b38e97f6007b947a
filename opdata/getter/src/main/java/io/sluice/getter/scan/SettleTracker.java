package io.sluice.getter.scan;

import io.sluice.getter.source.SourceFile;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells the files that are still being written: a file is taken once size and time have not changed
 * for the feed's {@code stable} time, seen either by its own time or, where the source's clock is
 * ahead, by watching it. Remembers only the files not yet taken.
 */
final class SettleTracker {

  private record Seen(SourceFile file, Instant since) {}

  private final Duration stable;
  private Map<String, Seen> watched = new HashMap<>();
  private Map<String, Seen> watchedNext = new HashMap<>();

  SettleTracker(Duration stable) {
    this.stable = stable;
  }

  /** Whether the file may be taken now. */
  boolean settled(SourceFile file, Instant now) {
    if (!file.modified().isAfter(now.minus(stable))) {
      return true;
    }
    Seen before = watched.get(file.path());
    Instant since = before != null && before.file.unchanged(file) ? before.since : now;
    if (!since.isAfter(now.minus(stable))) {
      return true;
    }
    watchedNext.put(file.path(), new Seen(file, since));
    return false;
  }

  /** Ends a scan; returns how many files wait to settle. */
  int endScan() {
    watched = watchedNext;
    watchedNext = new HashMap<>();
    return watched.size();
  }

  int waiting() {
    return watched.size();
  }

  Duration stable() {
    return stable;
  }
}
