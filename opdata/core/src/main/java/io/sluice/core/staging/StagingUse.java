package io.sluice.core.staging;

/**
 * How full a store is, in bytes.
 *
 * @param where the store, for messages
 * @param usedBytes what Sluice's objects take, 0 where no limit is set and so nothing is measured
 * @param chunkBytes what of it are chunks
 * @param limitBytes what they may take, {@link StagingSettings#UNLIMITED} for no limit
 * @param freeBytes what the file system still has, {@link Long#MAX_VALUE} where there is none
 * @param minFreeBytes what the file system must keep free
 */
public record StagingUse(
    String where,
    long usedBytes,
    long chunkBytes,
    long limitBytes,
    long freeBytes,
    long minFreeBytes) {

  /**
   * What a stage wants to write. Room is kept for the stages that empty the store: raw files, which
   * fill it, stop before chunks, whose loading alone lets anything of it be deleted; and both stop
   * later than the sweeper begins to make room.
   */
  public enum Kind {
    RAW("raw files", 0.9, 1.5),
    CHUNK("chunks", 1, 1);

    private final String text;
    private final double limitShare;
    private final double minFreeShare;

    Kind(String text, double limitShare, double minFreeShare) {
      this.text = text;
      this.limitShare = limitShare;
      this.minFreeShare = minFreeShare;
    }

    /** The part of the limit up to which objects of this kind are taken. */
    public double limitShare() {
      return limitShare;
    }
  }

  private static final double LOW = 2;

  /** Whether another object may be started. */
  public boolean hasRoom(Kind kind) {
    return !isFull(kind) && freeBytes > minFree(kind);
  }

  /**
   * Bytes that should go: above a share of the limit, or to have twice free what must be.
   *
   * @param fullest share of the limit, 0 to 1
   */
  public long excess(double fullest) {
    long overLimit = usedBytes - shareOfLimit(fullest);
    return Math.max(0, Math.max(overLimit, (long) (LOW * minFreeBytes) - freeBytes));
  }

  void checkRoom(Kind kind) throws StagingFull {
    if (isFull(kind)) {
      throw new StagingFull(
          "staging %s holds %,d bytes (%,d in chunks) and takes %s only up to %,d of %,d; raise staging.limit,"
                  .formatted(where, usedBytes, chunkBytes, kind.text, limit(kind), limitBytes)
              + " keep raw files for less time, or let the loader catch up");
    }
    if (freeBytes <= minFree(kind)) {
      throw new StagingFull(
          "the disk of staging %s has %,d bytes free, and %s must leave %,d; free up space or"
                  .formatted(where, freeBytes, kind.text, minFree(kind))
              + " lower staging.min-free");
    }
  }

  /** Fetches that begin at once may use more than their part; they use nothing of the chunks'. */
  private boolean isFull(Kind kind) {
    boolean overLimit = usedBytes >= limit(kind);
    return kind == Kind.RAW ? overLimit : overLimit && chunkBytes >= limitBytes - limit(Kind.RAW);
  }

  private long limit(Kind kind) {
    return shareOfLimit(kind.limitShare);
  }

  private long shareOfLimit(double share) {
    return limitBytes == StagingSettings.UNLIMITED ? limitBytes : (long) (limitBytes * share);
  }

  private long minFree(Kind kind) {
    return (long) (minFreeBytes * kind.minFreeShare);
  }
}
