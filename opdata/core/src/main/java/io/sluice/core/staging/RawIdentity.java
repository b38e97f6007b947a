package io.sluice.core.staging;

import java.time.Instant;

/**
 * Which file some bytes of a pack are: the pack's index, so that a database restored to an earlier
 * point can learn again of files it has forgotten. Duplicates are not in it.
 *
 * @param fileId ledger id
 * @param host the system that held it
 * @param path on the host; of a member, {@code archive!/member}
 * @param size in bytes, as listed and in the pack
 * @param mtime as listed
 * @param sha256 of the bytes, 64 hexadecimal digits
 * @param parent the archive it is a member of, or null
 * @param bulk whether it went by the bulk queues
 * @param settle whether the source wants an action once the rows are committed
 * @param archive whether it was expanded into members, which have entries of their own
 * @param offset of its first byte in the pack
 */
public record RawIdentity(
    long fileId,
    String host,
    String path,
    long size,
    Instant mtime,
    String sha256,
    Long parent,
    boolean bulk,
    boolean settle,
    boolean archive,
    long offset) {

  /** The same file under another id. */
  public RawIdentity as(long otherId) {
    return new RawIdentity(
        otherId, host, path, size, mtime, sha256, parent, bulk, settle, archive, offset);
  }

  /** The same file at another place. */
  public RawIdentity at(long otherOffset) {
    return new RawIdentity(
        fileId, host, path, size, mtime, sha256, parent, bulk, settle, archive, otherOffset);
  }
}
