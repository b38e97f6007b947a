package io.sluice.getter.fetch;

import io.sluice.core.staging.RawIdentity;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Checksum;
import io.sluice.core.work.RawPlace;
import io.sluice.getter.archive.ArchiveKind;
import java.util.Optional;

/**
 * A file whose bytes are in staging, or in the pack that is being written.
 *
 * @param size in bytes
 * @param kind what its start says it is
 */
record Staged(BatchFile file, RawPlace raw, long size, Checksum checksum, ArchiveKind kind) {

  boolean isArchive() {
    return kind != ArchiveKind.NONE;
  }

  /** Its entry in the index of its pack. */
  RawIdentity identity(boolean bulk) {
    Optional<Long> parent = file.parent();
    return new RawIdentity(
        file.id(),
        file.host(),
        file.path(),
        size,
        file.mtime(),
        checksum.hex(),
        parent.orElse(null),
        bulk,
        file.settle(),
        isArchive(),
        raw.offset());
  }
}
