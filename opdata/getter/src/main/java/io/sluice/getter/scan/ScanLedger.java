package io.sluice.getter.scan;

import io.sluice.core.sql.Transactions;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** What the ledger knows of a feed's scans of one host. */
final class ScanLedger {

  private final Transactions transactions;

  ScanLedger(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * Begins a scan, unless the host is paused or was scanned within the time, here or elsewhere. A
   * host that could not be used is looked at again after half a minute at the latest.
   *
   * @return when the feed first saw the host, from which {@code since} is counted
   */
  Optional<Instant> begin(String feed, String host, Duration poll) {
    String sql =
        """
        insert into sluice.scan as s (feed, host) values (?, ?)
        on conflict (feed, host) do update set feed = s.feed
        returning first_at,
          (last_at is null or last_at <= clock_timestamp()
             - make_interval(secs => case when s.error is null then ? else least(?, 30) end))
          and not exists (select from sluice.pause p where p.feed = s.feed and p.host in ('', s.host))
        """;
    return transactions.ledger(
        connection -> {
          try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, feed);
            insert.setString(2, host);
            insert.setDouble(3, poll.toMillis() / 1000.0);
            insert.setDouble(4, poll.toMillis() / 1000.0);
            try (ResultSet row = insert.executeQuery()) {
              return due(row);
            }
          }
        });
  }

  private static Optional<Instant> due(ResultSet row) throws SQLException {
    return row.next() && row.getBoolean(2)
        ? Optional.of(row.getObject(1, OffsetDateTime.class).toInstant())
        : Optional.empty();
  }

  /** Writes down how a scan ended; the error is null when it went well. */
  void end(String feed, String host, long files, long newFiles, String error) {
    String sql =
        "update sluice.scan set last_at = clock_timestamp(), files = ?, new_files = ?, error = ?"
            + " where feed = ? and host = ?";
    transactions.ledger(
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setLong(1, files);
            update.setLong(2, newFiles);
            update.setString(3, error);
            update.setString(4, feed);
            update.setString(5, host);
            return update.executeUpdate();
          }
        });
  }
}
