package io.sluice.getter.fetch;

import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedSource;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.getter.archive.ArchiveExpander;
import io.sluice.getter.archive.Member;
import io.sluice.getter.archive.MemberSink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Makes the members of a staged archive files of their own, with the archive as their parent. */
final class ArchiveFetch {

  private final Staging staging;
  private final FetchLedger ledger;
  private final MemberLedger members;
  private final Path tempDirectory;
  private final Clock clock;
  private final Identities identities;

  ArchiveFetch(
      Staging staging, FetchLedger ledger, MemberLedger members, Path tempDirectory, Clock clock) {
    this.staging = staging;
    this.ledger = ledger;
    this.members = members;
    this.tempDirectory = tempDirectory;
    this.clock = clock;
    this.identities = new Identities(staging);
  }

  /**
   * Stages the members and writes them down.
   *
   * @return messages to publish
   */
  List<WorkMessage> expand(FetchClaim claim, Staged staged, FeedSource rules) throws IOException {
    Collector collector = new Collector(claim);
    boolean recorded = false;
    try {
      expand(staged.key(), rules, collector);
      List<WorkMessage> messages = members.record(claim, staged, collector.found, rules);
      recorded = true;
      identities.write(claim, collector.found, messages);
      return messages;
    } finally {
      if (!recorded) {
        collector.undo();
      }
    }
  }

  /**
   * Makes the staged bytes of one member again.
   *
   * @param archiveKey of the archive it is in
   * @throws RejectFile when the archive no longer has it
   */
  Staged restore(FetchClaim member, String archiveKey, FeedSource rules) throws IOException {
    String wanted = member.path().substring(member.path().indexOf("!/") + 2);
    Restorer restorer = new Restorer(member, wanted);
    expand(archiveKey, rules, restorer);
    if (restorer.staged == null) {
      throw new RejectFile(
          "vanished", "", "the archive no longer has the member " + wanted + "; deliver it again");
    }
    return restorer.staged;
  }

  private void expand(String key, FeedSource rules, MemberSink sink) throws IOException {
    Path spool = Files.createTempFile(tempDirectory, "sluice-", ".archive");
    try (InputStream in = staging.open(key)) {
      Files.copy(in, spool, StandardCopyOption.REPLACE_EXISTING);
      ArchiveExpander.expand(spool, tempDirectory, rules.archives(), sink);
    } finally {
      Files.deleteIfExists(spool);
    }
  }

  private final class Collector implements MemberSink {
    private final FetchClaim archive;
    private final MemberLedger.Ids ids;
    private final RenewingGuard guard;
    private final List<FetchedMember> found = new ArrayList<>();

    Collector(FetchClaim archive) {
      this.archive = archive;
      this.ids = members.new Ids(archive);
      this.guard = new RenewingGuard(archive);
    }

    @Override
    public void member(Member member, InputStream bytes) throws IOException {
      long id = ids.next();
      String key = StagingKeys.raw(archive.feed(), archive.foundAt(), id);
      Staged staged = StagingCopy.copy(bytes, staging, key, guard);
      found.add(new FetchedMember(id, archive.path() + "!/" + member.path(), staged, null));
    }

    @Override
    public void unsafe(String path) {
      String reason = "unsafe_name: the name could lead outside the archive, so it was not taken";
      found.add(new FetchedMember(ids.next(), archive.path() + "!/" + path, null, reason));
    }

    void undo() throws IOException {
      staging.delete(
          found.stream().filter(m -> m.staged() != null).map(m -> m.staged().key()).toList());
    }
  }

  private final class Restorer implements MemberSink {
    private final FetchClaim claim;
    private final String wanted;
    private Staged staged;

    Restorer(FetchClaim claim, String wanted) {
      this.claim = claim;
      this.wanted = wanted;
    }

    @Override
    public void member(Member member, InputStream bytes) throws IOException {
      if (member.path().equals(wanted)) {
        staged = StagingCopy.copy(bytes, staging, claim.rawKey(), new RenewingGuard(claim));
      } else {
        bytes.transferTo(java.io.OutputStream.nullOutputStream());
      }
    }

    @Override
    public void unsafe(String path) {
      // It was not taken the first time either.
    }
  }

  /** Keeps the lease while a long archive is expanded. */
  private final class RenewingGuard implements StagingCopy.Guard {
    private final FetchClaim claim;
    private Instant renewAt = Instant.MIN;

    RenewingGuard(FetchClaim claim) {
      this.claim = claim;
    }

    @Override
    public void copied(long bytesSoFar) {
      if (clock.instant().isAfter(renewAt)) {
        renewAt = clock.instant().plus(ledger.lease().dividedBy(3));
        if (!ledger.renew(claim)) {
          throw new LostClaim(claim);
        }
      }
    }

    @Override
    public void complete(long bytes) {
      copied(bytes);
    }
  }
}
