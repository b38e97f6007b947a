package io.sluice.getter.fetch;

import io.sluice.core.ledger.Claims;
import io.sluice.core.ledger.FileCloser;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.sql.Transactions;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** The fetch's side of the ledger: claim, renew, give back, close. */
final class FetchLedger {

  private static final String OWNED = " where file_id = ? and stage = 'fetch' and attempts = ?";

  private final Transactions transactions;
  private final Duration lease;
  private final Claims claims;

  FetchLedger(Transactions transactions, Duration lease) {
    this.transactions = transactions;
    this.lease = lease;
    this.claims = new Claims(transactions, Stage.FETCH, lease);
  }

  Duration lease() {
    return lease;
  }

  /**
   * Counts the attempt before any work.
   *
   * @return empty when there is nothing to do: at another stage, or with another worker
   */
  Optional<FetchClaim> claim(long fileId, boolean redelivered) {
    return claims.take(fileId, redelivered, FetchLedger::claim);
  }

  private static FetchClaim claim(ResultSet row) throws SQLException {
    return new FetchClaim(
        row.getLong("file_id"),
        row.getInt("attempts"),
        row.getString("feed"),
        row.getString("host"),
        row.getString("path"),
        row.getLong("size"),
        row.getObject("mtime", OffsetDateTime.class).toInstant(),
        row.getObject("found_at", OffsetDateTime.class).toInstant(),
        row.getBoolean("bulk"),
        Optional.ofNullable(row.getObject("parent", Long.class)),
        Optional.ofNullable(row.getBytes("checksum")).map(Checksum::of),
        row.getBoolean("paused"));
  }

  /** Prolongs the lease; false when another worker has taken over. */
  boolean renew(FetchClaim claim) {
    return update(
        claim,
        "lease_until = now() + make_interval(secs => ?)",
        statement -> statement.setDouble(1, lease.toMillis() / 1000.0),
        1);
  }

  /** Gives the claim back uncounted and as it was: the surroundings of the whole stage failed. */
  void release(FetchClaim claim) {
    update(claim, "attempts = greatest(attempts - 1, 0), lease_until = null", statement -> {}, 0);
  }

  /** Lets the file wait without counting the attempt: its host is away, or its like in flight. */
  void postpone(FetchClaim claim, Duration time, String reason) {
    waitFor(claim, "greatest(attempts - 1, 0)", time, reason);
  }

  /** Lets the file wait with the attempt counted. */
  void retry(FetchClaim claim, Duration time, String reason) {
    waitFor(claim, "attempts", time, reason);
  }

  private void waitFor(FetchClaim claim, String attempts, Duration time, String reason) {
    update(
        claim,
        "state = 'waiting', entered_at = now(), lease_until = null, reason = ?,"
            + " not_before = now() + make_interval(secs => ?), attempts = "
            + attempts,
        statement -> {
          statement.setString(1, reason);
          statement.setDouble(2, time.toMillis() / 1000.0);
        },
        2);
  }

  /** Remembers that the host could not be used, so that the dispatcher spares it for a while. */
  void hostAway(FetchClaim claim, String problem) {
    String sql =
        """
        insert into sluice.scan (feed, host, last_at, error) values (?, ?, now(), ?)
        on conflict (feed, host) do update set last_at = now(), error = excluded.error
        """;
    transactions.ledger(
        connection -> {
          try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, claim.feed());
            insert.setString(2, claim.host());
            insert.setString(3, problem);
            return insert.executeUpdate();
          }
        });
  }

  /**
   * Closes the file, if this claim still holds it.
   *
   * @return settle messages to publish
   */
  List<WorkMessage> close(FetchClaim claim, FileCloser.End end, String reason, String position) {
    return transactions.ledger(
        connection -> {
          try (PreparedStatement lock =
              connection.prepareStatement("select from sluice.work" + OWNED + " for update")) {
            lock.setLong(1, claim.fileId());
            lock.setInt(2, claim.attempts());
            try (ResultSet row = lock.executeQuery()) {
              return row.next()
                  ? FileCloser.close(connection, claim.fileId(), end, Stage.FETCH, reason, position)
                  : List.of();
            }
          }
        });
  }

  /** Writes the failure down and closes the file as dead. */
  List<WorkMessage> bury(FetchClaim claim, String reason, String error) {
    String sql =
        "insert into sluice.dead (file_id, stage, handling, attempts, reason, error)"
            + " values (?, 'fetch', 0, ?, ?, ?)";
    return transactions.ledger(
        connection -> {
          try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setLong(1, claim.fileId());
            insert.setInt(2, claim.attempts());
            insert.setString(3, reason);
            insert.setString(4, error);
            insert.executeUpdate();
          }
          return FileCloser.close(
              connection, claim.fileId(), FileCloser.End.DEAD, Stage.FETCH, reason, null);
        });
  }

  private boolean update(FetchClaim claim, String change, Binder binder, int bound) {
    String sql = "update sluice.work set " + change + OWNED;
    return transactions.ledger(
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            binder.bind(update);
            update.setLong(bound + 1, claim.fileId());
            update.setInt(bound + 2, claim.attempts());
            return update.executeUpdate() == 1;
          }
        });
  }

  private interface Binder {
    void bind(PreparedStatement statement) throws SQLException;
  }
}
