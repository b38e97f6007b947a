package io.sluice.getter.scan;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.getter.source.Source;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What the ledger knows of a feed's scans of one host. */
final class ScanLedger {

  private final Transactions transactions;

  ScanLedger(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * What the ledger knows of the scans before.
   *
   * @param firstSeen when the feed first saw the host, from which {@code since} is counted
   * @param files how many the last good scan listed
   */
  record Before(Instant firstSeen, long files) {}

  /**
   * Begins a scan, unless the host is paused or was scanned within the time, here or elsewhere. A
   * host that could not be used is looked at again after half a minute at the latest.
   *
   * @return empty when it is not due
   */
  Optional<Before> begin(String feed, Source source, Duration poll) {
    String sql =
        """
        insert into sluice.scan as s (feed, host, servers) values (?, ?, ?)
        on conflict (feed, host) do update set servers = excluded.servers
        returning first_at, coalesce(files, 0),
          (last_at is null or last_at <= clock_timestamp()
             - make_interval(secs => case when s.error is null then ? else least(?, 30) end))
          and not exists (select from sluice.pause p where p.feed = s.feed and p.host in ('', s.host))
        """;
    return transactions
        .ledger(
            connection ->
                Sql.one(
                    connection,
                    sql,
                    ScanLedger::begin,
                    feed,
                    source.host(),
                    Sql.texts(source.servers()),
                    poll,
                    poll))
        .due();
  }

  private record Begun(boolean isDue, Before before) {

    Optional<Before> due() {
      return isDue ? Optional.of(before) : Optional.empty();
    }
  }

  private static Begun begin(ResultSet row) throws SQLException {
    return new Begun(row.getBoolean(3), new Before(Sql.instant(row, 1), row.getLong(2)));
  }

  /**
   * Forgets the scans of servers by themselves that are scanned as one with the first of them:
   * their names are free for its files.
   */
  void absorb(String feed, Source source) {
    if (source.servers().size() > 1) {
      transactions.ledger(
          connection ->
              Sql.update(
                  connection,
                  "delete from sluice.scan where feed = ? and host = any (?) and host <> ?",
                  feed,
                  Sql.texts(source.servers()),
                  source.host()));
    }
  }

  /**
   * Writes down how a scan ended; the error is null when it went well. Otherwise the numbers of
   * files stay those of the last good scan.
   */
  void end(String feed, String host, long files, long newFiles, long skipped, String error) {
    String sql =
        """
        update sluice.scan set last_at = clock_timestamp(), new_files = ?, error = ?,
               files = case when ?::text is null then ? else files end,
               skipped = case when ?::text is null then ? else skipped end
        where feed = ? and host = ?
        """;
    transactions.ledger(
        connection ->
            Sql.update(connection, sql, newFiles, error, error, files, error, skipped, feed, host));
  }
}
