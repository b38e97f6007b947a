package io.sluice.getter.settle;

import io.sluice.getter.source.SourceFile;
import java.time.Instant;

/**
 * The right to settle a file.
 *
 * @param duplicate why it closes as a duplicate, null when it closes as settled
 */
record SettleClaim(
    long fileId,
    int attempts,
    String feed,
    String host,
    String path,
    long size,
    Instant mtime,
    String duplicate) {

  SourceFile loaded() {
    return new SourceFile(path, size, mtime);
  }

  /** Where the file lies for the moment between the last look at it and its deletion. */
  String tomb() {
    int slash = path.lastIndexOf('/') + 1;
    return path.substring(0, slash) + "." + path.substring(slash) + ".sluice-" + fileId;
  }
}
