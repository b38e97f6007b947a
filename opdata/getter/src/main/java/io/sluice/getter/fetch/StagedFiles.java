package io.sluice.getter.fetch;

import io.sluice.core.feed.Feed;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingObjectMissing;
import io.sluice.getter.archive.ArchiveKind;
import io.sluice.getter.source.Source;
import io.sluice.getter.source.SourceAway;
import io.sluice.getter.source.SourceFile;
import io.sluice.getter.source.SourceFileChanged;
import io.sluice.getter.source.SourceReader;
import io.sluice.getter.source.Sources;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.Optional;

/** Brings the bytes of a file into staging: from where they already are, if they are. */
final class StagedFiles {

  private final Sources sources;
  private final Staging staging;
  private final FetchLedger ledger;
  private final ArchiveFetch archives;
  private final Clock clock;

  StagedFiles(
      Sources sources, Staging staging, FetchLedger ledger, ArchiveFetch archives, Clock clock) {
    this.sources = sources;
    this.staging = staging;
    this.ledger = ledger;
    this.archives = archives;
    this.clock = clock;
  }

  /** The staged file, copied from its source or its archive if it is not there yet. */
  Staged of(FetchClaim claim, Feed feed) throws IOException {
    Optional<Staged> earlier = alreadyStaged(claim);
    if (earlier.isPresent()) {
      return earlier.get();
    }
    if (claim.parent().isPresent()) {
      return archives.restore(claim, archiveOf(claim, feed), feed.source());
    }
    try (SourceReader reader = reader(claim, feed)) {
      return new Download(reader, claim, claim.listed(), ledger, clock).to(staging, claim.rawKey());
    }
  }

  private SourceReader reader(FetchClaim claim, Feed feed) throws SourceAway {
    return new SourceReader(sources.of(feed, claim.host()), Source.Purpose.FETCH);
  }

  /** An attempt before this one got as far as staging it and writing its checksum down. */
  private Optional<Staged> alreadyStaged(FetchClaim claim) throws IOException {
    if (claim.checksum().isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = staging.open(claim.rawKey())) {
      if (staging.size(claim.rawKey()) != claim.size()) {
        return Optional.empty();
      }
      ArchiveKind kind = ArchiveKind.of(in.readNBytes(ArchiveKind.HEAD));
      return Optional.of(new Staged(claim.rawKey(), claim.size(), claim.checksum().get(), kind));
    } catch (StagingObjectMissing e) {
      return Optional.empty();
    }
  }

  /** The staged archive of a member, fetched again if it is gone. */
  private String archiveOf(FetchClaim member, Feed feed) throws IOException {
    String key = StagingKeys.raw(member.feed(), member.foundAt(), member.parent().orElseThrow());
    try {
      staging.size(key);
      return key;
    } catch (StagingObjectMissing e) {
      return fetchArchive(member, feed, key);
    }
  }

  private String fetchArchive(FetchClaim member, Feed feed, String key) throws IOException {
    try (SourceReader reader = reader(member, feed)) {
      String path = member.path().substring(0, member.path().indexOf("!/"));
      SourceFile archive = reader.stat(path);
      if (!archive.modified().equals(member.mtime())) {
        throw new SourceFileChanged(
            reader.host(), new SourceFile(path, archive.size(), member.mtime()), archive);
      }
      return new Download(reader, member, archive, ledger, clock).to(staging, key).key();
    }
  }
}
