package io.sluice.core.ledger;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * One worker across replicas at a time; works through PgBouncer in transaction mode, unlike session
 * locks.
 */
public final class Leases {

  private static final String TAKE =
      """
      insert into sluice.lease as l (name, owner, until)
      select name, ?, clock_timestamp() + make_interval(secs => ?) from unnest(?::text[]) as n (name)
      on conflict (name) do update set owner = excluded.owner, until = excluded.until
      where l.owner = excluded.owner or l.until < clock_timestamp()
      """;

  private static final String RENAMED = "renamed";

  /** After which everybody has read the new name. */
  private static final Duration RENAME_KNOWN = Duration.ofMinutes(5);

  private final Transactions transactions;
  private final String owner;

  /**
   * @param owner unique per process, unless several hold a lease together
   */
  public Leases(Transactions transactions, String owner) {
    this.transactions = transactions;
    this.owner = owner;
  }

  /** Name of the lease of a host's scans. */
  public static String ofScan(String feed, String host) {
    return "scan " + feed + " " + host;
  }

  /** Name of the lease of those who write down files of a host that they were told of. */
  public static String ofNotified(String feed, String host) {
    return "file-ready " + feed + " " + host;
  }

  /** Takes or prolongs a lease; false when another owner holds it. */
  public boolean take(String name, Duration time) {
    return transactions.ledger(c -> take(c, owner, time, List.of(name)));
  }

  private static boolean take(
      Connection connection, String owner, Duration time, List<String> names) throws SQLException {
    return Sql.update(connection, TAKE, owner, time, Sql.texts(names)) == names.size();
  }

  public void release(String name) {
    String sql = "delete from sluice.lease where name = ? and owner = ?";
    transactions.ledger(c -> Sql.update(c, sql, name, owner));
  }

  /**
   * Keeps those who have not read the new name of a feed or host yet from writing files down under
   * the former one.
   *
   * @return false when somebody may be at it now
   */
  static boolean takeFormer(Connection connection, String feed, List<String> hosts)
      throws SQLException {
    List<String> names =
        hosts.stream()
            .flatMap(host -> Stream.of(ofScan(feed, host), ofNotified(feed, host)))
            .toList();
    return take(connection, RENAMED, RENAME_KNOWN, names);
  }

  /** A feed takes a name again that it has had before. */
  static void releaseFormer(Connection connection, String feed) throws SQLException {
    Sql.update(
        connection,
        "delete from sluice.lease where owner = ? and (starts_with(name, ?) or starts_with(name, ?))",
        RENAMED,
        ofScan(feed, ""),
        ofNotified(feed, ""));
  }
}
