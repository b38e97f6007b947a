package io.sluice.getter.scan;

/**
 * What one scan of one host did with every file it listed: files = found + known + tooOld +
 * unsettled + internal.
 *
 * @param files listed that match the feed's path
 * @param found new in the ledger
 * @param known to the ledger before
 * @param tooOld older than the ledger keeps, or than the feed's {@code since} at its first start
 * @param unsettled still being written; the next scan looks again
 * @param internal files that a settling has renamed for the moment
 * @param leftOut entries with unusable names, that could not be read, or listed under another path
 */
public record ScanResult(
    long files, int found, long known, long tooOld, long unsettled, long internal, long leftOut) {

  /** Files that stay at the source, each in the ledger with its reason. */
  long skipped() {
    return tooOld + leftOut;
  }
}
