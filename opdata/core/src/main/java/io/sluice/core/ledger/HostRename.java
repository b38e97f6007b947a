package io.sluice.core.ledger;

import io.sluice.core.feed.HostPort;
import io.sluice.core.feed.Origin;
import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Makes the files of servers that serve the same ones known by the server that their feed now names
 * first, in one transaction: none is collected again because another came first before.
 */
final class HostRename {

  /** Another scan did it, or there was nothing to do. */
  private static final String KNOWN =
      "select from sluice.scan where feed = ? and host = ? and files is not null";

  private static final String FORMER =
      """
      select host, servers from sluice.scan
      where feed = ? and host <> ? and (host = any (?) or servers && ?::text[]) order by host
      """;

  /** Their workers lose their claims, for they know the files by the former name. */
  private static final String BATCHES =
      """
      update sluice.batch b set claim = case when claim is not null then sluice.new_token() end,
             lease_until = null, published_at = '-infinity'
      where exists (select from sluice.work w where w.batch = b.id and w.feed = ? and w.host = ?)
      """;

  /** A file that the new host has had as its own stays that one. */
  private static final String FILES =
      """
      update sluice.file f set host = ?, path_key = n.key
      from (select id, day, %s as key from sluice.file where feed = ? and host = ?) n
      where f.id = n.id and f.day = n.day and not exists (
        select from sluice.file o
        where o.day = n.day and o.path_key = n.key and o.mtime = f.mtime and o.size = f.size)
      """
          .formatted(FeedRename.PATH_KEY.formatted("feed", "?"));

  private static final String PAUSED_BY_BOTH =
      """
      delete from sluice.pause p using sluice.pause o
      where p.feed = ? and p.host = ? and o.feed = p.feed and o.host = ?
      """;

  /** A host as the ledger has it. */
  private record Former(String host, List<String> servers) {

    /** Where its servers went apart, the system with its first one goes on with its files. */
    Optional<Origin.RemoteSystem> heir(List<Origin.RemoteSystem> systems) {
      return systems.stream()
          .filter(system -> names(system).contains(host))
          .findFirst()
          .or(
              () ->
                  systems.stream()
                      .filter(system -> !Collections.disjoint(names(system), servers))
                      .findFirst());
    }
  }

  private final Connection connection;
  private final String feed;
  private final List<Origin.RemoteSystem> systems;
  private final Origin.RemoteSystem system;

  private HostRename(
      Connection connection,
      String feed,
      List<Origin.RemoteSystem> systems,
      Origin.RemoteSystem system) {
    this.connection = connection;
    this.feed = feed;
    this.systems = systems;
    this.system = system;
  }

  static boolean isKnown(Connection connection, String feed, String host) throws SQLException {
    return Sql.exists(connection, KNOWN, feed, host);
  }

  /**
   * @param systems all that the feed has
   * @param host the one of them whose files are sought
   * @return why it cannot be done, or not yet; empty when it is done or there was nothing to do
   */
  static Optional<String> apply(
      Connection connection, String feed, List<Origin.RemoteSystem> systems, String host)
      throws SQLException {
    Optional<Origin.RemoteSystem> system =
        systems.stream().filter(s -> s.name().equals(host)).findFirst();
    return system.isEmpty()
        ? Optional.empty()
        : new HostRename(connection, feed, systems, system.get()).apply();
  }

  private Optional<String> apply() throws SQLException {
    if (!FeedRename.lock(connection, feed)) {
      return FeedRename.busy(feed);
    }
    if (isKnown(connection, feed, system.name())) {
      return Optional.empty();
    }
    List<String> former = former();
    if (former.size() > 1) {
      return Optional.of(
          "feed %s: %s had files of their own and are now mirrors behind %s; put the one first whose files are to be kept"
              .formatted(feed, String.join(" and ", former), system.name()));
    }
    return former.isEmpty() ? Optional.empty() : rename(former.get(0));
  }

  private List<String> former() throws SQLException {
    Sql.Items servers = Sql.texts(names(system));
    return Sql.list(connection, FORMER, HostRename::former, feed, system.name(), servers, servers)
        .stream()
        .filter(former -> former.heir(systems).filter(system::equals).isPresent())
        .map(Former::host)
        .toList();
  }

  private static Former former(ResultSet row) throws SQLException {
    return new Former(row.getString("host"), Sql.elements(row, "servers"));
  }

  private static List<String> names(Origin.RemoteSystem system) {
    return system.servers().stream().map(HostPort::toString).toList();
  }

  private Optional<String> rename(String from) throws SQLException {
    String to = system.name();
    if (!Leases.takeFormer(connection, feed, List.of(from))) {
      return Optional.of(
          "feed %s: another getter still finds files of %s under its former name %s; it is tried again until that has read the feed"
              .formatted(feed, to, from));
    }
    Sql.update(connection, BATCHES, feed, from);
    Sql.update(connection, "delete from sluice.scan where feed = ? and host = ?", feed, to);
    Sql.update(connection, PAUSED_BY_BOTH, feed, to, from);
    for (String table : List.of("work", "scan", "pause")) {
      String sql = "update sluice.%s set host = ? where feed = ? and host = ?".formatted(table);
      Sql.update(connection, sql, to, feed, from);
    }
    Sql.update(connection, FILES, to, to, feed, from);
    return Optional.empty();
  }
}
