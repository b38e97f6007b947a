package io.sluice.core.staging;

/**
 * How full a store is, in bytes.
 *
 * @param where the store, for messages
 * @param usedBytes what Sluice's objects take, 0 where no limit is set and so nothing is measured
 * @param limitBytes what they may take, {@link StagingSettings#UNLIMITED} for no limit
 * @param freeBytes what the file system still has, {@link Long#MAX_VALUE} where there is none
 * @param minFreeBytes what the file system must keep free
 */
public record StagingUse(
    String where, long usedBytes, long limitBytes, long freeBytes, long minFreeBytes) {

  /** Whether another object may be started. */
  public boolean hasRoom() {
    return usedBytes < limitBytes && freeBytes > minFreeBytes;
  }

  /** Whether the file system has less free than twice what it must keep. */
  public boolean isLow() {
    return freeBytes < 2 * minFreeBytes;
  }

  /**
   * Bytes that should go: above a share of the limit, or to have twice free what must be.
   *
   * @param fullest share of the limit, 0 to 1
   */
  public long excess(double fullest) {
    long overLimit =
        limitBytes == StagingSettings.UNLIMITED ? 0 : usedBytes - (long) (limitBytes * fullest);
    return Math.max(overLimit, isLow() ? 2 * minFreeBytes - freeBytes : 0);
  }

  void checkRoom() throws StagingFull {
    if (usedBytes >= limitBytes) {
      throw new StagingFull(
          "staging %s holds %,d of at most %,d bytes; raise staging.limit, keep raw files for less"
                  .formatted(where, usedBytes, limitBytes)
              + " time, or let the loader catch up");
    }
    if (freeBytes <= minFreeBytes) {
      throw new StagingFull(
          "the disk of staging %s has %,d bytes free and must keep %,d; free up space or"
                  .formatted(where, freeBytes, minFreeBytes)
              + " lower staging.min-free");
    }
  }
}
