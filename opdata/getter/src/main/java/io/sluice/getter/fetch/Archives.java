package io.sluice.getter.fetch;

import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedSource;
import io.sluice.core.ids.FileIds;
import io.sluice.core.work.BatchFile;
import io.sluice.getter.archive.ArchiveExpander;
import io.sluice.getter.archive.MemberSink;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Makes the members of an archive files of their own, in the pack that the archive is in. */
final class Archives {

  private static final String UNSAFE =
      "unsafe_name: the name could lead outside the archive, so it was not taken";

  private final FeedSource rules;
  private final FetchLedger ledger;
  private final Path tempDirectory;
  private final PackCopy copy;
  private final Deque<Long> sequence = new ArrayDeque<>();

  Archives(FeedSource rules, FetchLedger ledger, PackCopy copy, Path tempDirectory) {
    this.rules = rules;
    this.ledger = ledger;
    this.tempDirectory = tempDirectory;
    this.copy = copy;
  }

  /**
   * Stages the members.
   *
   * @param spool the archive's bytes
   * @throws RejectFile when it cannot be expanded
   */
  List<Member> expand(BatchFile archive, Path spool) throws IOException {
    List<Member> members = new ArrayList<>();
    ArchiveExpander.expand(
        spool,
        tempDirectory,
        rules.archives(),
        new MemberSink() {
          @Override
          public void member(String path, InputStream bytes) throws IOException {
            BatchFile file = archive.member(nextId(archive), archive.path() + "!/" + path);
            Staged staged = copy.copyMember(file, bytes);
            members.add(new Member(archive, file.id(), file.path(), staged, null));
          }

          @Override
          public void unsafe(String path) {
            long id = nextId(archive);
            members.add(new Member(archive, id, archive.path() + "!/" + path, null, UNSAFE));
          }
        });
    return members;
  }

  /** Of the archive's day, as everything of its members is. */
  private long nextId(BatchFile archive) {
    if (sequence.isEmpty()) {
      sequence.addAll(ledger.sequence());
    }
    return FileIds.id(FileIds.dayOf(archive.id()), sequence.remove());
  }

  /**
   * Stages one member again.
   *
   * @param spool the archive's bytes
   * @throws RejectFile when the archive no longer has it
   */
  Staged restore(BatchFile member, Path spool) throws IOException {
    List<Staged> found = new ArrayList<>();
    ArchiveExpander.expand(
        spool,
        tempDirectory,
        rules.archives(),
        (path, bytes) -> {
          if (path.equals(name(member))) {
            found.add(copy.copyMember(member, bytes));
          } else {
            bytes.transferTo(OutputStream.nullOutputStream());
          }
        });
    return found.stream().findFirst().orElseThrow(() -> without(member));
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
}
