package io.sluice.getter.fetch;

/**
 * A member of an archive on its way into the ledger.
 *
 * @param archive ledger id of the archive
 * @param fileId of its own
 * @param path {@code archive!/member}
 * @param staged its bytes, null when it was not taken
 * @param rejected why it was not taken, null when it was
 */
record Member(long archive, long fileId, String path, Staged staged, String rejected) {

  long size() {
    return staged == null ? 0 : staged.size();
  }
}
