package io.sluice.getter.fetch;

import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.Feed;
import io.sluice.core.staging.PackWriter;
import io.sluice.core.staging.Packs;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingObjectMissing;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Checksum;
import io.sluice.core.work.Claim;
import io.sluice.core.work.FileCloser.End;
import io.sluice.core.work.RawPlace;
import io.sluice.getter.archive.ArchiveKind;
import io.sluice.getter.source.Source;
import io.sluice.getter.source.SourceAway;
import io.sluice.getter.source.SourceBusy;
import io.sluice.getter.source.SourceFile;
import io.sluice.getter.source.SourceFileChanged;
import io.sluice.getter.source.SourceFileFailed;
import io.sluice.getter.source.SourceFileMissing;
import io.sluice.getter.source.SourceMirrorAway;
import io.sluice.getter.source.SourceReader;
import io.sluice.getter.source.SourceStream;
import io.sluice.getter.source.Sources;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Brings the bytes of one batch into a pack, host by host, over one connection each. What goes
 * wrong with a file or a host concerns that file or host only; an {@link IOException} out of here
 * is staging's.
 */
final class BatchFetch {

  private final Claim claim;
  private final Feed feed;
  private final Sources sources;
  private final Staging staging;
  private final FetchLedger ledger;
  private final FetchSettings settings;
  private final Fetched fetched;
  private final PackCopy copy;
  private final Archives archives;

  BatchFetch(
      Claim claim,
      Feed feed,
      Sources sources,
      Staging staging,
      PackWriter pack,
      FetchLedger ledger,
      FetchSettings settings,
      Fetched fetched) {
    this.claim = claim;
    this.feed = feed;
    this.sources = sources;
    this.staging = staging;
    this.ledger = ledger;
    this.settings = settings;
    this.fetched = fetched;
    this.copy = new PackCopy(pack, claim.token(), settings.tempDirectory());
    this.archives = new Archives(feed.source(), ledger, copy, settings.tempDirectory());
  }

  /**
   * What is in staging already needs no host.
   *
   * @param until when what is left of the batch has to wait, so that a slow host delays no other;
   *     one file is always fetched
   */
  void run(Clock clock, Instant until) throws IOException {
    Map<String, List<BatchFile>> byHost = new LinkedHashMap<>();
    for (BatchFile file : claim.files()) {
      boolean damaged = file.attempts() > 0; // something failed since, perhaps because of its bytes
      Optional<Staged> earlier = file.paused() || damaged ? Optional.empty() : earlier(file);
      earlier.ifPresentOrElse(
          fetched::staged,
          () -> byHost.computeIfAbsent(file.host(), host -> new ArrayList<>()).add(file));
    }
    for (Map.Entry<String, List<BatchFile>> host : byHost.entrySet()) {
      fetchHost(host.getKey(), host.getValue(), clock, until);
    }
  }

  private void fetchHost(String host, List<BatchFile> files, Clock clock, Instant until)
      throws IOException {
    int next = 0;
    try (SourceReader reader = new SourceReader(sources.of(feed, host), Source.Purpose.FETCH)) {
      while (next < files.size()) {
        BatchFile file = files.get(next);
        if (!fetched.outcomes.isEmpty() && clock.instant().isAfter(until)) {
          fetched.postponed(file, Duration.ZERO, "slow: " + host + " took too long for the batch");
        } else {
          fetchOne(reader, file);
        }
        next++;
      }
    } catch (SourceBusy e) {
      postpone(files.subList(next, files.size()), "busy: " + e.getMessage());
    } catch (SourceAway e) {
      ledger.hostAway(claim.feed(), host, e.getMessage());
      postpone(files.subList(next, files.size()), "away: " + e.getMessage());
    }
  }

  private void postpone(List<BatchFile> files, String reason) {
    files.forEach(file -> fetched.postponed(file, settings.hostPause(), reason));
  }

  /**
   * @throws SourceAway when nothing more can be had of the host now
   */
  private void fetchOne(SourceReader reader, BatchFile file) throws IOException {
    try {
      if (file.paused()) {
        String reason = "paused: to resume it: sluice feed resume " + claim.feed();
        fetched.postponed(file, settings.hostPause(), reason);
      } else {
        stage(reader, file);
      }
    } catch (SourceMirrorAway e) {
      fetched.postponed(file, settings.hostPause(), "away: " + e.getMessage());
    } catch (SourceFileMissing e) {
      earlier(file)
          .ifPresentOrElse(
              fetched::staged,
              () -> fetched.ended(file, End.REJECTED, "vanished", e.getMessage(), null));
    } catch (SourceFileChanged e) {
      fetched.ended(file, End.REPLACED, "changed", e.getMessage(), null);
    } catch (RejectFile e) {
      fetched.ended(file, End.REJECTED, e.reason(), e.getMessage(), e.position());
    } catch (SourceFileFailed e) {
      fetched.failed(file, e.reason(), e);
    }
  }

  private void stage(SourceReader reader, BatchFile file) throws IOException {
    if (file.parent().isPresent()) {
      restore(reader, file);
    } else {
      SourceFile listed = new SourceFile(file.path(), file.size(), file.mtime());
      try (PackCopy.Copy copied = download(reader, file, listed)) {
        take(copied);
      }
    }
  }

  /** What was staged before, unless it is damaged. */
  private Optional<Staged> earlier(BatchFile file) throws IOException {
    if (file.checksum().isEmpty() || file.raw().isEmpty()) {
      return Optional.empty();
    }
    Checksum checksum = file.checksum().get();
    RawPlace at = file.raw().get();
    MessageDigest sha = Checksum.digest();
    try (InputStream in = new DigestInputStream(open(at, file.size()), sha)) {
      ArchiveKind kind = ArchiveKind.of(in.readNBytes(ArchiveKind.HEAD));
      in.transferTo(OutputStream.nullOutputStream());
      boolean whole = Checksum.of(sha.digest()).equals(checksum);
      return whole && (kind == ArchiveKind.NONE || file.parent().isPresent())
          ? Optional.of(new Staged(file, at, file.size(), checksum, ArchiveKind.NONE))
          : Optional.empty();
    } catch (StagingObjectMissing | EOFException e) {
      return Optional.empty();
    }
  }

  private InputStream open(RawPlace at, long size) throws IOException {
    return Packs.open(staging, feed.name(), feed.formerly(), at.pack(), at.offset(), size);
  }

  private PackCopy.Copy download(SourceReader reader, BatchFile file, SourceFile listed)
      throws IOException {
    try (SourceStream in = reader.open(listed)) {
      PackCopy.Copy copied = copy.copy(file, in, listed.size());
      long size = copied.staged().size();
      SourceFile now =
          size == listed.size()
              ? in.stat()
              : new SourceFile(listed.path(), size, listed.modified());
      if (!listed.unchanged(now)) {
        copied.close();
        throw new SourceFileChanged(reader.host(), listed, now);
      }
      return copied;
    }
  }

  private void take(PackCopy.Copy copied) throws IOException {
    Staged staged = copied.staged();
    if (staged.kind() == ArchiveKind.UNSUPPORTED) {
      throw new RejectFile(
          "archive_unsupported",
          "",
          "the file is compressed in an unsupported way; deliver it as gz, zip, tar or tgz");
    }
    if (copied.spool().isPresent()) {
      fetched.members.addAll(archives.expand(staged.file(), copied.spool().get()));
    }
    fetched.staged(staged);
  }

  /** A member whose bytes are gone comes out of its archive again, which is fetched again. */
  private void restore(SourceReader reader, BatchFile member) throws IOException {
    String path = member.path().substring(0, member.path().indexOf("!/"));
    SourceFile archive = reader.stat(path);
    if (!archive.modified().equals(member.mtime())) {
      throw new SourceFileChanged(
          reader.host(), new SourceFile(path, archive.size(), member.mtime()), archive);
    }
    try (PackCopy.Copy copied = download(reader, member, archive)) {
      Path spool = copied.spool().orElseThrow(() -> Archives.without(member));
      fetched.staged(archives.restore(member, spool));
    }
  }
}
