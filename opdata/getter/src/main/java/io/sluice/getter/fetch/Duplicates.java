package io.sluice.getter.fetch;

import io.sluice.core.feed.FeedSource;
import io.sluice.core.feed.FeedSource.SameContent;
import io.sluice.core.ids.FileIds;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Finds the file that already brought some content (D15).
 *
 * <p>Under the same name only the newest content counts: A, B and A again are three versions, not a
 * duplicate. Under other names any file of the feed counts, where the feed says so.
 */
final class Duplicates {

  /**
   * The file that came first.
   *
   * @param open whether it is still in flight, so that its rows may yet fail to come
   */
  record Original(long fileId, String path, boolean open) {}

  private Duplicates() {}

  /** One content of one feed at a time, so that two equal files cannot miss each other. */
  static void lock(Connection connection, String feed, Checksum checksum) throws SQLException {
    try (PreparedStatement lock =
        connection.prepareStatement(
            "select pg_advisory_xact_lock(hashtextextended(? || encode(?, 'hex'), 0))")) {
      lock.setString(1, feed);
      lock.setBytes(2, checksum.bytes());
      lock.executeQuery().close();
    }
  }

  static Optional<Original> find(
      Connection connection, FeedSource rules, FetchClaim claim, String path, Checksum checksum)
      throws SQLException {
    Optional<Original> found = Optional.empty();
    if (rules.checksum()) {
      found = newestOfPath(connection, claim, path, checksum);
    }
    if (found.isEmpty() && rules.sameContent() == SameContent.DUPLICATE) {
      found = anyOfFeed(connection, claim, path, checksum);
    }
    return found;
  }

  private static Optional<Original> newestOfPath(
      Connection connection, FetchClaim claim, String path, Checksum checksum) throws SQLException {
    String sql =
        """
        select id, path, open from (
          select f.id, f.path, w.file_id is not null as open, coalesce(w.checksum, f.checksum) as checksum
          from sluice.file f left join sluice.work w on w.file_id = f.id
          where f.path_key = ? and f.id <> ?
            and (w.stage <> 'fetch' or (w.file_id is null and f.state in ('loaded', 'settled', 'replaced')))
          order by f.mtime desc, f.id desc limit 1) newest
        where checksum = ?
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setObject(1, FileIds.pathKey(claim.feed(), claim.host(), path));
      query.setLong(2, claim.fileId());
      query.setBytes(3, checksum.bytes());
      return original(query);
    }
  }

  private static Optional<Original> anyOfFeed(
      Connection connection, FetchClaim claim, String path, Checksum checksum) throws SQLException {
    String sql =
        """
        select f.id, f.path, true from sluice.work w join sluice.file f on f.id = w.file_id and f.day = sluice.day_of(w.file_id)
        where w.checksum = ? and w.feed = ? and f.path_key <> ? and w.stage <> 'fetch'
        union all
        select f.id, f.path, false from sluice.file f
        where f.checksum = ? and f.feed = ? and f.path_key <> ? and f.state in ('loaded', 'settled')
        order by 3 limit 1
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      for (int i = 0; i < 6; i += 3) {
        query.setBytes(i + 1, checksum.bytes());
        query.setString(i + 2, claim.feed());
        query.setObject(i + 3, FileIds.pathKey(claim.feed(), claim.host(), path));
      }
      return original(query);
    }
  }

  private static Optional<Original> original(PreparedStatement query) throws SQLException {
    try (ResultSet row = query.executeQuery()) {
      return row.next()
          ? Optional.of(new Original(row.getLong(1), row.getString(2), row.getBoolean(3)))
          : Optional.empty();
    }
  }
}
