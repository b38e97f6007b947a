package io.sluice.getter.fetch;

import io.sluice.core.feed.FeedSource;
import io.sluice.core.message.Stage;
import io.sluice.core.staging.RawIdentity;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Claim;
import io.sluice.core.work.FileCloser;
import io.sluice.core.work.Work;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Of what a fetch brought, what is new: files and members to handle, duplicates to settle or close,
 * and those that wait until the file with the same content, which is in flight, has closed.
 */
final class News {

  private static final Duration ORIGINAL_WAIT = Duration.ofSeconds(15);

  /** Of equal files the oldest is the original, whatever their order in the batch. */
  private static final Comparator<Staged> OLDEST_FIRST =
      Comparator.comparing((Staged file) -> file.file().mtime())
          .thenComparing(file -> file.file().path());

  private final Claim claim;
  private final Fetched fetched;
  private final List<Staged> toHandle = new ArrayList<>();
  private final List<Staged> archives = new ArrayList<>();
  private final List<Staged> waiting = new ArrayList<>();
  private final List<MemberRows.Row> members = new ArrayList<>();

  private News(Claim claim, Fetched fetched) {
    this.claim = claim;
    this.fetched = fetched;
  }

  /**
   * @param mine ids of the files that are still in the batch
   */
  static News of(
      Connection connection, Claim claim, FeedSource rules, Fetched fetched, Set<Long> mine)
      throws SQLException {
    News news = new News(claim, fetched);
    List<Staged> files =
        fetched.staged.stream()
            .filter(file -> mine.contains(file.file().id()))
            .sorted(OLDEST_FIRST)
            .toList();
    List<Staged> contents = new ArrayList<>(files);
    fetched.members.stream().filter(m -> m.staged() != null).forEach(m -> contents.add(m.staged()));
    Duplicates known = Duplicates.find(connection, claim, rules, contents);
    Set<Long> expanded = new HashSet<>();
    for (Staged file : files) {
      news.sort(file, known, expanded);
    }
    for (Member member : fetched.members) {
      if (expanded.contains(member.archive().id())) {
        news.sort(member, known);
      }
    }
    return news;
  }

  private void sort(Staged file, Duplicates known, Set<Long> expanded) {
    Optional<Duplicates.Original> original = known.originalOf(file);
    if (original.isPresent()) {
      duplicate(file, original.get());
    } else if (file.isArchive()) {
      archives.add(file);
      expanded.add(file.file().id());
    } else {
      toHandle.add(file);
    }
  }

  private void duplicate(Staged staged, Duplicates.Original original) {
    BatchFile file = staged.file();
    if (original.open()) {
      waiting.add(staged);
      fetched.postponed(file, ORIGINAL_WAIT, original.reason());
    } else {
      fetched.duplicate(file, original.reason());
    }
  }

  private void sort(Member member, Duplicates known) {
    if (member.staged() == null) {
      members.add(MemberRows.Row.closed(member, "rejected", member.rejected()));
      return;
    }
    Optional<Duplicates.Original> original = known.originalOf(member.staged());
    if (original.isEmpty()) {
      members.add(MemberRows.Row.open(member, Stage.HANDLE, Duration.ZERO, null));
    } else if (original.get().open()) {
      members.add(MemberRows.Row.open(member, Stage.FETCH, ORIGINAL_WAIT, original.get().reason()));
    } else {
      members.add(MemberRows.Row.closed(member, "duplicate", original.get().reason()));
    }
  }

  /** Entries of the pack's index: what a recovery may bring back. */
  List<RawIdentity> index() {
    List<RawIdentity> index = new ArrayList<>();
    for (Staged file : toHandle) {
      add(index, file);
    }
    archives.forEach(file -> add(index, file));
    waiting.forEach(file -> add(index, file));
    members.stream().filter(MemberRows.Row::isOpen).forEach(row -> add(index, row.staged()));
    return index;
  }

  /** What an earlier attempt staged is in the index of its own pack. */
  private void add(List<RawIdentity> index, Staged file) {
    if (file.raw().pack() == claim.token()) {
      index.add(file.identity(claim.bulk()));
    }
  }

  void record(Connection connection) throws SQLException {
    Work.fetched(connection, toHandle.stream().map(News::place).toList());
    List<Staged> kept = new ArrayList<>(waiting);
    kept.addAll(archives);
    Work.staged(connection, kept.stream().map(News::place).toList());
    MemberRows.insert(connection, claim, members);
    List<Long> expanded = archives.stream().map(file -> file.file().id()).toList();
    if (!expanded.isEmpty()) {
      Work.expanded(connection, expanded);
      FileCloser.releaseArchives(connection, Set.copyOf(expanded));
    }
  }

  private static Work.Fetched place(Staged file) {
    return new Work.Fetched(file.file().id(), file.checksum(), file.raw());
  }
}
