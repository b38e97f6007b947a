package io.sluice.getter.fetch;

import io.sluice.core.staging.StagingKeys;
import io.sluice.getter.source.SourceFile;
import java.time.Instant;
import java.util.Optional;

/**
 * The right to fetch a file.
 *
 * @param attempts how often fetching was begun since it last succeeded, this one included
 * @param parent ledger id of the archive it is a member of
 * @param checksum of the bytes that an earlier attempt staged
 * @param paused whether a person has paused the feed or the host
 */
record FetchClaim(
    long fileId,
    int attempts,
    String feed,
    String host,
    String path,
    long size,
    Instant mtime,
    Instant foundAt,
    boolean bulk,
    Optional<Long> parent,
    Optional<Checksum> checksum,
    boolean paused) {

  String rawKey() {
    return StagingKeys.raw(feed, foundAt, fileId);
  }

  SourceFile listed() {
    return new SourceFile(path, size, mtime);
  }

  boolean last(int limit) {
    return attempts >= limit;
  }
}
