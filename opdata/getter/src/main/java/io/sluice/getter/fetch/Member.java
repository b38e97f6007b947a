package io.sluice.getter.fetch;

import io.sluice.core.work.BatchFile;

/**
 * A member of an archive on its way into the ledger.
 *
 * @param archive that holds it
 * @param fileId of its own
 * @param path {@code archive!/member}
 * @param staged its bytes, null when it was not taken
 * @param rejected why it was not taken, null when it was
 */
record Member(BatchFile archive, long fileId, String path, Staged staged, String rejected) {

  long size() {
    return staged == null ? 0 : staged.size();
  }
}
