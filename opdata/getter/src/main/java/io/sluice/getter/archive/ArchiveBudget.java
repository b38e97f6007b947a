package io.sluice.getter.archive;

import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedSource.ArchiveLimits;

/** Keeps the expansion of one archive, nested ones included, within the feed's limits. */
final class ArchiveBudget {

  /** Below this size no ratio is suspicious: measurement files compress a hundredfold. */
  private static final long RATIO_FLOOR = 64L << 20;

  private final ArchiveLimits limits;
  private final long packed;
  private long unpacked;
  private int members;

  /**
   * @param packed size of the outermost archive in bytes
   */
  ArchiveBudget(ArchiveLimits limits, long packed) {
    this.limits = limits;
    this.packed = Math.max(packed, 1);
  }

  void member(String path) {
    members++;
    if (members > limits.members()) {
      throw reject(
          "archive_members", path, "holds more than %,d members".formatted(limits.members()));
    }
  }

  void enter(int depth, String path) {
    if (depth > limits.depth()) {
      throw reject(
          "archive_depth", path, "nests archives more than %d deep".formatted(limits.depth()));
    }
  }

  /** Counts bytes that came out. */
  void unpacked(long bytes, String path) {
    unpacked += bytes;
    check(unpacked, path);
  }

  /** Checks a count of its own, such as that of a layer whose content is counted elsewhere. */
  void check(long bytes, String path) {
    if (bytes > limits.size().bytes()) {
      throw reject("archive_size", path, "unpacks to more than " + limits.size());
    }
    if (bytes > RATIO_FLOOR && bytes / packed > limits.ratio()) {
      throw reject(
          "archive_ratio",
          path,
          "unpacks to more than %d times its size".formatted(limits.ratio()));
    }
  }

  private static RejectFile reject(String reason, String path, String what) {
    return new RejectFile(
        reason,
        path.isEmpty() ? "" : "member " + path,
        "the archive "
            + what
            + "; if that is intended, raise the feed's source.archives limits and replay the file");
  }
}
