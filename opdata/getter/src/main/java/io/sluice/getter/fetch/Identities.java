package io.sluice.getter.fetch;

import io.sluice.core.feed.FeedSource;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.staging.RawIdentity;
import io.sluice.core.staging.Staging;
import io.sluice.getter.archive.ArchiveKind;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes beside raw objects which files they are, for a ledger that may one day forget them. */
final class Identities {

  private final Staging staging;

  Identities(Staging staging) {
    this.staging = staging;
  }

  /** Of a file or an archive that was fetched. */
  void write(FetchClaim claim, Staged staged, FeedSource rules) throws IOException {
    new RawIdentity(
            claim.fileId(),
            claim.feed(),
            claim.host(),
            claim.path(),
            claim.size(),
            claim.mtime(),
            claim.foundAt(),
            staged.checksum().hex(),
            claim.parent().orElse(null),
            claim.bulk(),
            claim.parent().isEmpty() && !(rules.after() instanceof FeedSource.After.Keep),
            staged.kind() != ArchiveKind.NONE)
        .write(staging);
  }

  /** Of those members that go on to the handler. */
  void write(FetchClaim archive, List<FetchedMember> members, Collection<WorkMessage> messages)
      throws IOException {
    Set<Long> handled =
        messages.stream()
            .filter(message -> message.stage() == Stage.HANDLE)
            .map(WorkMessage::fileId)
            .collect(Collectors.toSet());
    for (FetchedMember member : members) {
      if (handled.contains(member.fileId())) {
        identity(archive, member).write(staging);
      }
    }
  }

  private static RawIdentity identity(FetchClaim archive, FetchedMember member) {
    return new RawIdentity(
        member.fileId(),
        archive.feed(),
        archive.host(),
        member.path(),
        member.size(),
        archive.mtime(),
        archive.foundAt(),
        Optional.ofNullable(member.staged()).map(staged -> staged.checksum().hex()).orElse(null),
        archive.fileId(),
        archive.bulk(),
        false,
        false);
  }

  /** A duplicate must not come back by a recovery. */
  void delete(FetchClaim duplicate) throws IOException {
    staging.delete(List.of(RawIdentity.key(duplicate.rawKey())));
  }
}
