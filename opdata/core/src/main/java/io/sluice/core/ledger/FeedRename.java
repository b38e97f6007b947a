package io.sluice.core.ledger;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Makes everything that the ledger has of a feed's former name the feed's own, in one transaction:
 * a file that was collected under it is known, and replays, corrections and partitions go on.
 */
final class FeedRename {

  private static final int LOCK = 0x736c_6672; // any constant: "slfr"

  /** The key of {@link io.sluice.core.ids.FileIds#pathKey}, of a feed and a host. */
  static final String PATH_KEY =
      """
      encode(substr(sha256(
        convert_to(%s, 'UTF8') || '\\x00'::bytea || convert_to(%s, 'UTF8') || '\\x00'::bytea || convert_to(path, 'UTF8')),
        1, 16), 'hex')::uuid""";

  private static final String FILES =
      "update sluice.file set feed = ?, path_key = %s where feed = ?"
          .formatted(PATH_KEY.formatted("?", "host"));

  private static final String SAME_FILE =
      """
      select from sluice.file o join sluice.file n using (day, host, path, mtime, size)
      where o.feed = ? and n.feed = ? limit 1
      """;

  /** Their workers lose their claims, for they know the files by the former name. */
  private static final String BATCHES =
      """
      update sluice.batch set feed = ?, claim = case when claim is not null then sluice.new_token() end,
             lease_until = null, published_at = '-infinity'
      where feed = ?
      """;

  private static final List<String> FEEDS =
      List.of("work", "target", "counter", "schema_approval", "pause", "scan");

  private static final List<String> TASKS = List.of("task_run", "expired_partition");

  private final Connection connection;
  private final String from;
  private final String to;

  private FeedRename(Connection connection, String from, String to) {
    this.connection = connection;
    this.from = from;
    this.to = to;
  }

  /**
   * @return why it cannot be done, or not yet; empty when it is done or there was nothing to do
   */
  static Optional<String> apply(Connection connection, String from, String to) throws SQLException {
    return new FeedRename(connection, from, to).apply();
  }

  private Optional<String> apply() throws SQLException {
    if (!lock(connection, to)) {
      return busy(to);
    }
    if (!has("file", from) && !has("scan", from) && !has("target", from)) {
      return Optional.empty();
    }
    if (has("file", to) && Sql.exists(connection, SAME_FILE, from, to)) {
      return Optional.of(
          "feed %s: formerly is %s, but both have collected the same files already; remove formerly"
              .formatted(to, from));
    }
    if (!holdScans()) {
      return Optional.of(
          "feed %s: another getter still finds files under its former name %s; it is tried again until that has read the feed"
              .formatted(to, from));
    }
    Sql.update(connection, BATCHES, to, from);
    Sql.update(connection, "delete from sluice.scan where feed = ?", to);
    Sql.update(
        connection,
        "delete from sluice.pause p where feed = ? and exists (select from sluice.pause o where o.feed = ? and o.host = p.host)",
        to,
        from);
    for (String table : FEEDS) {
      Sql.update(connection, "update sluice." + table + " set feed = ? where feed = ?", to, from);
    }
    for (String table : TASKS) {
      Sql.update(
          connection,
          "update sluice." + table + " set task = ? where task = ?",
          "feed/" + to,
          "feed/" + from);
    }
    Sql.update(connection, FILES, to, to, from);
    Epoch.raise(connection);
    return Optional.empty();
  }

  /** One renaming of a feed or of its hosts at a time; nobody waits with a connection for it. */
  static boolean lock(Connection connection, String feed) throws SQLException {
    return Sql.isTrue(connection, "select pg_try_advisory_xact_lock(?, hashtext(?))", LOCK, feed);
  }

  static Optional<String> busy(String feed) {
    return Optional.of(
        "feed %s: another getter gives its files their new name now".formatted(feed));
  }

  private boolean has(String table, String feed) throws SQLException {
    return Sql.exists(connection, "select from sluice." + table + " where feed = ? limit 1", feed);
  }

  private boolean holdScans() throws SQLException {
    String hosts = "select host from sluice.scan where feed = ?";
    Leases.releaseFormer(connection, to);
    return Leases.takeFormer(connection, from, Sql.strings(connection, hosts, from));
  }
}
