package io.sluice.core.ledger;

import java.time.Instant;

/**
 * The right to handle a file once, under a number of its own.
 *
 * @param handling number of this handling; chunks carry it
 * @param attempts how often handling was begun since it last succeeded, this one included
 * @param size in bytes, as listed
 * @param epoch caches of dimension and counter ids made under another epoch are void
 */
public record HandleClaim(
    long fileId,
    int handling,
    int attempts,
    String feed,
    String host,
    String path,
    long size,
    Instant mtime,
    Instant foundAt,
    boolean bulk,
    long epoch) {

  /**
   * Orders the contents of one key in merge mode: the source's mtime in microseconds since 1970.
   */
  public long version() {
    return mtime.getEpochSecond() * 1_000_000L + mtime.getNano() / 1000;
  }
}
