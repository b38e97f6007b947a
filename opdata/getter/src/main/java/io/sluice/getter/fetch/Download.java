package io.sluice.getter.fetch;

import io.sluice.core.staging.Staging;
import io.sluice.getter.source.SourceFile;
import io.sluice.getter.source.SourceFileChanged;
import io.sluice.getter.source.SourceReader;
import io.sluice.getter.source.SourceStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;

/** Copies one file from its source into staging, if it is and stays the one that was listed. */
final class Download implements StagingCopy.Guard {

  private final SourceReader reader;
  private final FetchClaim claim;
  private final SourceFile listed;
  private final FetchLedger ledger;
  private final Clock clock;
  private SourceStream in;
  private Instant renewAt;

  Download(
      SourceReader reader, FetchClaim claim, SourceFile listed, FetchLedger ledger, Clock clock) {
    this.reader = reader;
    this.claim = claim;
    this.listed = listed;
    this.ledger = ledger;
    this.clock = clock;
    this.renewAt = nextRenewal();
  }

  /**
   * Copies the file.
   *
   * @throws SourceFileChanged when size or time are not, or do not stay, those listed
   * @throws LostClaim when another worker has taken over
   */
  Staged to(Staging staging, String key) throws IOException {
    try (SourceStream stream = reader.open(listed)) {
      in = stream;
      return StagingCopy.copy(in, staging, key, this);
    }
  }

  @Override
  public void copied(long bytesSoFar) throws IOException {
    if (bytesSoFar > listed.size()) {
      throw changedTo(bytesSoFar);
    }
    if (clock.instant().isAfter(renewAt)) {
      renewAt = nextRenewal();
      renew();
    }
  }

  @Override
  public void complete(long bytes) throws IOException {
    if (bytes != listed.size()) {
      throw changedTo(bytes);
    }
    SourceFile now = in.stat();
    if (!listed.unchanged(now)) {
      throw new SourceFileChanged(reader.host(), listed, now);
    }
  }

  private SourceFileChanged changedTo(long bytes) {
    return new SourceFileChanged(
        reader.host(), listed, new SourceFile(listed.path(), bytes, listed.modified()));
  }

  private void renew() {
    if (!ledger.renew(claim)) {
      throw new LostClaim(claim);
    }
  }

  private Instant nextRenewal() {
    return clock.instant().plus(ledger.lease().dividedBy(3));
  }
}
