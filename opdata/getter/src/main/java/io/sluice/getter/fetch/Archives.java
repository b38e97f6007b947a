package io.sluice.getter.fetch;

import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedSource;
import io.sluice.core.staging.PackWriter;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Claim;
import io.sluice.getter.archive.ArchiveExpander;
import io.sluice.getter.archive.MemberSink;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the members of an archive files of their own, in the pack that the archive is in. */
final class Archives {

  private final FeedSource rules;
  private final FetchLedger ledger;
  private final Path tempDirectory;
  private final PackCopy copy;

  Archives(Claim claim, FeedSource rules, FetchLedger ledger, PackWriter pack, Path tempDirectory) {
    this.rules = rules;
    this.ledger = ledger;
    this.tempDirectory = tempDirectory;
    this.copy = new PackCopy(pack, claim.token(), tempDirectory);
  }

  /**
   * Stages the members.
   *
   * @param spool the archive's bytes
   * @throws RejectFile when it cannot be expanded
   */
  List<Member> expand(Staged archive, Path spool) throws IOException {
    Collector collector = new Collector(archive.file(), new MemberIds(ledger, archive.file()));
    ArchiveExpander.expand(spool, tempDirectory, rules.archives(), collector);
    return collector.members;
  }

  /**
   * Stages one member again.
   *
   * @param spool the archive's bytes
   * @throws RejectFile when the archive no longer has it
   */
  Staged restore(BatchFile member, Path spool) throws IOException {
    Restorer restorer = new Restorer(member);
    ArchiveExpander.expand(spool, tempDirectory, rules.archives(), restorer);
    return restorer.staged.orElseThrow(() -> without(member));
  }

  static RejectFile without(BatchFile member) {
    return new RejectFile(
        "vanished",
        "",
        "the archive no longer has the member " + name(member) + "; deliver it again");
  }

  private static String name(BatchFile member) {
    return member.path().substring(member.path().indexOf("!/") + 2);
  }

  private Staged stage(BatchFile member, InputStream bytes) throws IOException {
    return copy.copyMember(member, bytes);
  }

  private final class Collector implements MemberSink {

    private final BatchFile archive;
    private final MemberIds ids;
    private final List<Member> members = new ArrayList<>();

    Collector(BatchFile archive, MemberIds ids) {
      this.archive = archive;
      this.ids = ids;
    }

    @Override
    public void member(io.sluice.getter.archive.Member member, InputStream bytes)
        throws IOException {
      String path = archive.path() + "!/" + member.path();
      long id = ids.next();
      Staged staged = stage(memberFile(id, path), bytes);
      members.add(new Member(archive.id(), id, path, staged, null));
    }

    @Override
    public void unsafe(String path) {
      String reason = "unsafe_name: the name could lead outside the archive, so it was not taken";
      members.add(new Member(archive.id(), ids.next(), archive.path() + "!/" + path, null, reason));
    }

    private BatchFile memberFile(long id, String path) {
      return new BatchFile(
          id,
          archive.host(),
          path,
          0,
          archive.mtime(),
          Optional.of(archive.id()),
          false,
          Optional.empty(),
          Optional.empty(),
          0,
          0,
          null,
          false);
    }
  }

  private final class Restorer implements MemberSink {

    private final BatchFile file;
    private final String wanted;
    private Optional<Staged> staged = Optional.empty();

    Restorer(BatchFile file) {
      this.file = file;
      this.wanted = name(file);
    }

    @Override
    public void member(io.sluice.getter.archive.Member member, InputStream bytes)
        throws IOException {
      if (member.path().equals(wanted)) {
        staged = Optional.of(stage(file, bytes));
      } else {
        bytes.transferTo(OutputStream.nullOutputStream());
      }
    }

    @Override
    public void unsafe(String path) {
      // It was not taken the first time either.
    }
  }
}
