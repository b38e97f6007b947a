package io.sluice.getter.fetch;

import io.sluice.core.ids.FileIds;
import io.sluice.core.message.Stage;
import io.sluice.core.sql.Sql;
import io.sluice.core.work.Claim;
import io.sluice.core.work.FileCloser;
import io.sluice.core.work.Work;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Writes the members of archives down as files with a parent; two statements for all of them. */
final class MemberRows {

  /**
   * A member as the ledger gets it.
   *
   * @param state of sluice.file
   * @param stage at which it goes on, null when it is closed
   * @param pause before it may be picked there
   */
  record Row(Member member, String state, Stage stage, Duration pause, String reason) {

    static Row open(Member member, Stage stage, Duration pause, String reason) {
      return new Row(member, "discovered", stage, pause, reason);
    }

    static Row closed(Member member, String state, String reason) {
      return new Row(member, state, null, Duration.ZERO, reason);
    }

    boolean isOpen() {
      return stage != null;
    }

    boolean isStaged() {
      return member.staged() != null;
    }

    Staged staged() {
      return member.staged();
    }
  }

  private static final String FILES =
      """
      insert into sluice.file (id, day, path_key, feed, host, path, size, mtime, checksum, parent, bulk, found_at,
                               state, stage, reason, closed_at, pack, pack_offset)
      select m.id, sluice.day_of(m.id), m.path_key, a.feed, a.host, m.path, m.size, a.mtime,
             decode(m.checksum, 'hex'), a.id, a.bulk, a.found_at, m.state,
             case when m.state <> 'discovered' then 'fetch' end, m.reason,
             case when m.state <> 'discovered' then now() end, m.pack, m.pack_offset
      from unnest(?::bigint[], ?::bigint[], ?::uuid[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[],
                  ?::bigint[], ?::bigint[])
             as m (archive, id, path_key, path, size, checksum, state, reason, pack, pack_offset)
      join sluice.file a on a.id = m.archive and a.day = any (?)
      on conflict do nothing returning id
      """;

  /**
   * Members that the ledger has from an archive of the same name and time, such as one that a
   * restored ledger had forgotten, are this one's: it waits for them.
   */
  private static final String ADOPT =
      """
      update sluice.file f set parent = m.archive
      from unnest(?::bigint[], ?::uuid[], ?::bigint[]) as m (archive, path_key, size)
      join sluice.file a on a.id = m.archive and a.day = any (?)
      where f.day = a.day and f.path_key = m.path_key and f.mtime = a.mtime and f.size = m.size
        and f.parent is distinct from m.archive
      returning f.id
      """;

  private MemberRows() {}

  /** What the ledger has from an earlier expansion stays as it is, but belongs to this archive. */
  static void insert(Connection connection, Claim claim, Collection<Row> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    Set<Long> inserted =
        new HashSet<>(
            Sql.list(
                connection,
                FILES,
                row -> row.getLong(1),
                Sql.array("bigint", rows, r -> r.member.archive().id()),
                Sql.array("bigint", rows, r -> r.member.fileId()),
                Sql.array("uuid", rows, r -> pathKey(claim, r)),
                Sql.array("text", rows, r -> r.member.path()),
                Sql.array("bigint", rows, r -> r.member.size()),
                Sql.array("text", rows, r -> r.isStaged() ? r.staged().checksum().hex() : null),
                Sql.array("text", rows, Row::state),
                Sql.array("text", rows, Row::reason),
                Sql.array("bigint", rows, r -> r.isStaged() ? r.staged().raw().pack() : null),
                Sql.array("bigint", rows, r -> r.isStaged() ? r.staged().raw().offset() : null),
                FileIds.days(rows.stream().map(r -> r.member.archive().id()).toList())));
    List<Work.Member> open =
        rows.stream()
            .filter(r -> r.isOpen() && inserted.contains(r.member.fileId()))
            .map(r -> new Work.Member(r.member.fileId(), r.stage, r.pause, r.reason))
            .toList();
    Work.members(connection, open);
    if (inserted.size() < rows.size()) {
      adopt(connection, claim, rows);
    }
  }

  private static void adopt(Connection connection, Claim claim, Collection<Row> rows)
      throws SQLException {
    List<Long> adopted =
        Sql.list(
            connection,
            ADOPT,
            row -> row.getLong(1),
            Sql.array("bigint", rows, r -> r.member.archive().id()),
            Sql.array("uuid", rows, r -> pathKey(claim, r)),
            Sql.array("bigint", rows, r -> r.member.size()),
            FileIds.days(rows.stream().map(r -> r.member.archive().id()).toList()));
    if (!adopted.isEmpty()) {
      FileCloser.releaseArchives(connection, Work.adopted(connection, adopted));
    }
  }

  private static UUID pathKey(Claim claim, Row row) {
    return FileIds.pathKey(claim.feed(), row.member.archive().host(), row.member.path());
  }
}
