package io.sluice.getter.scan;

import io.sluice.getter.source.SourceFile;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * The files that the last scan of a host showed and the ledger had, so that the next scan asks only
 * about changes: eight bytes a file, a hash of path, size and time. Two files with one hash would
 * hide the second until everything is asked again, which happens every so often for that reason and
 * for what others do to the ledger meanwhile.
 */
final class SeenFiles {

  private static final Duration ASK_ALL = Duration.ofMinutes(10);

  private long[] seen = {};
  private long[] next = new long[16];
  private int count;
  private Instant askAll = Instant.MIN;

  /** Begins a scan. */
  void begin(Instant now) {
    count = 0;
    if (!now.isBefore(askAll)) {
      seen = new long[0];
      askAll = now.plus(ASK_ALL);
    }
  }

  /** Whether the file was there at the last scan, just so. */
  boolean has(SourceFile file) {
    return has(hash(file));
  }

  /** The ledger has the file. */
  void add(SourceFile file) {
    add(hash(file));
  }

  /** Whether the last scan skipped the file; notes that this one does. */
  boolean skippedBefore(SourceFile file) {
    long hash = ~hash(file); // so that one that is wanted now is not seen
    add(hash);
    return has(hash);
  }

  private boolean has(long hash) {
    return Arrays.binarySearch(seen, hash) >= 0;
  }

  private void add(long hash) {
    if (count == next.length) {
      next = Arrays.copyOf(next, count * 2);
    }
    next[count++] = hash;
  }

  /** Ends a scan that went well; what it did not show is forgotten. */
  void end() {
    seen = Arrays.copyOf(next, count);
    Arrays.sort(seen);
  }

  private static long hash(SourceFile file) {
    long hash = 0xCBF29CE484222325L;
    String path = file.path();
    for (int i = 0; i < path.length(); i++) {
      hash = (hash ^ path.charAt(i)) * 0x100000001B3L;
    }
    hash = mix(hash ^ file.size());
    return mix(hash ^ file.modified().hashCode() ^ file.modified().toEpochMilli());
  }

  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    return mixed ^ (mixed >>> 27);
  }
}
