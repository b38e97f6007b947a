package io.sluice.getter.fetch;

import io.sluice.core.feed.FeedSource;
import io.sluice.core.ledger.FileCloser;
import io.sluice.core.ledger.FileIds;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Writes the members of an archive down as files with a parent, all in one transaction. */
final class MemberLedger {

  private static final int BATCH = 100;

  private final Transactions transactions;

  MemberLedger(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Ids for the members of one archive, of the archive's day, taken from the ledger in batches. */
  final class Ids {
    private final LocalDate day;
    private final Deque<Long> ids = new ArrayDeque<>();

    Ids(FetchClaim archive) {
      this.day = FileIds.day(archive.mtime());
    }

    long next() {
      if (ids.isEmpty()) {
        transactions.ledger(connection -> ids.addAll(sequence(connection)));
      }
      return FileIds.id(day, ids.remove());
    }

    private static List<Long> sequence(Connection connection) throws SQLException {
      try (PreparedStatement query =
              connection.prepareStatement(
                  "select nextval('sluice.file_seq') from generate_series(1, " + BATCH + ")");
          ResultSet rows = query.executeQuery()) {
        List<Long> numbers = new ArrayList<>();
        while (rows.next()) {
          numbers.add(rows.getLong(1));
        }
        return numbers;
      }
    }
  }

  /**
   * Records the members, and lets the archive wait until they have all closed.
   *
   * @return messages to publish: members to handle, or the archive to settle if none is open
   */
  List<WorkMessage> record(
      FetchClaim archive, Staged staged, List<FetchedMember> members, FeedSource rules) {
    return transactions.ledger(
        connection -> {
          if (!own(connection, archive, staged)) {
            throw new LostClaim(archive);
          }
          List<WorkMessage> messages = new ArrayList<>();
          Set<Checksum> contents = new HashSet<>();
          for (FetchedMember member : members) {
            messages.addAll(insert(connection, archive, member, rules, contents));
          }
          messages.addAll(
              messages.isEmpty()
                  ? FileCloser.finishLoaded(connection, List.of(archive.fileId()))
                  : waitForMembers(connection, archive));
          return messages;
        });
  }

  private static boolean own(Connection connection, FetchClaim archive, Staged staged)
      throws SQLException {
    String sql =
        "update sluice.work set checksum = ?, attempts = 0, lease_until = null, reason = null"
            + " where file_id = ? and stage = 'fetch' and attempts = ?";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setBytes(1, staged.checksum().bytes());
      update.setLong(2, archive.fileId());
      update.setInt(3, archive.attempts());
      return update.executeUpdate() == 1;
    }
  }

  private static List<WorkMessage> waitForMembers(Connection connection, FetchClaim archive)
      throws SQLException {
    String sql =
        "update sluice.work set stage = 'settle', state = 'waiting', not_before = '-infinity',"
            + " entered_at = now() where file_id = ?";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setLong(1, archive.fileId());
      update.executeUpdate();
    }
    return List.of();
  }

  private static List<WorkMessage> insert(
      Connection connection,
      FetchClaim archive,
      FetchedMember member,
      FeedSource rules,
      Set<Checksum> contents)
      throws SQLException {
    if (member.rejected() != null) {
      insertFile(connection, archive, member, "rejected", member.rejected());
      return List.of();
    }
    Optional<String> original = original(connection, archive, member, rules, contents);
    if (original.isPresent()) {
      insertFile(connection, archive, member, "duplicate", original.get());
      return List.of();
    }
    if (!insertFile(connection, archive, member, "discovered", null)) {
      return List.of(); // the ledger has it from an earlier expansion
    }
    insertWork(connection, member);
    return List.of(WorkMessage.of(Stage.HANDLE, archive.feed(), member.fileId(), archive.bulk()));
  }

  /** Why a member is a duplicate. What is still in flight does not count: it may yet fail. */
  private static Optional<String> original(
      Connection connection,
      FetchClaim archive,
      FetchedMember member,
      FeedSource rules,
      Set<Checksum> contents)
      throws SQLException {
    boolean firstHere = contents.add(member.staged().checksum());
    if (!firstHere && rules.sameContent() == FeedSource.SameContent.DUPLICATE) {
      return Optional.of("duplicate: same content as another member of the archive");
    }
    return Duplicates.find(connection, rules, archive, member.path(), member.staged().checksum())
        .filter(original -> !original.open())
        .map(o -> "duplicate: same content as file " + o.fileId() + " " + o.path());
  }

  private static boolean insertFile(
      Connection connection, FetchClaim archive, FetchedMember member, String state, String reason)
      throws SQLException {
    String sql =
        """
        insert into sluice.file (id, day, path_key, feed, host, path, size, mtime, checksum, parent, bulk,
                                 found_at, state, stage, reason, closed_at)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, case when ? = 'discovered' then null else now() end)
        on conflict do nothing
        """;
    boolean open = state.equals("discovered");
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setLong(1, member.fileId());
      insert.setObject(2, FileIds.dayOf(member.fileId()));
      insert.setObject(3, FileIds.pathKey(archive.feed(), archive.host(), member.path()));
      insert.setString(4, archive.feed());
      insert.setString(5, archive.host());
      insert.setString(6, member.path());
      insert.setLong(7, member.size());
      insert.setObject(8, archive.mtime().atOffset(ZoneOffset.UTC));
      insert.setBytes(9, member.staged() == null ? null : member.staged().checksum().bytes());
      insert.setLong(10, archive.fileId());
      insert.setBoolean(11, archive.bulk());
      insert.setObject(12, archive.foundAt().atOffset(ZoneOffset.UTC));
      insert.setString(13, state);
      insert.setString(14, open ? null : "fetch");
      insert.setString(15, reason);
      insert.setString(16, state);
      return insert.executeUpdate() == 1;
    }
  }

  private static void insertWork(Connection connection, FetchedMember member) throws SQLException {
    String sql =
        """
        insert into sluice.work (file_id, feed, host, stage, state, bulk, parent, checksum, period, published_at)
        select f.id, f.feed, f.host, 'handle', 'queued', f.bulk, f.parent, f.checksum, p.period, now()
        from sluice.file f, sluice.work p where f.id = ? and f.day = ? and p.file_id = f.parent
        """;
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setLong(1, member.fileId());
      insert.setObject(2, FileIds.dayOf(member.fileId()));
      insert.executeUpdate();
    }
  }
}
