package io.sluice.getter.settle;

import io.sluice.core.ledger.FileCloser;
import io.sluice.core.ledger.FileIds;
import io.sluice.core.ledger.Transactions;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** The settling's side of the ledger. */
final class SettleLedger {

  private static final String DUPLICATE = "duplicate:";

  private final Transactions transactions;
  private final Duration lease;

  SettleLedger(Transactions transactions, Duration lease) {
    this.transactions = transactions;
    this.lease = lease;
  }

  /** Counts the attempt; empty when there is nothing to do. */
  Optional<SettleClaim> claim(long fileId, boolean redelivered) {
    String sql =
        """
        with claimed as (
          update sluice.work set attempts = attempts + 1, lease_until = now() + make_interval(secs => ?)
          where file_id = ? and stage = 'settle' and state = 'queued'
            and (? or lease_until is null or lease_until < now())
          returning file_id, attempts, feed, host, reason)
        select c.file_id, c.attempts, c.feed, c.host, f.path, f.size, f.mtime, c.reason
        from claimed c join sluice.file f on f.id = c.file_id and f.day = ?
        """;
    return transactions.ledger(
        connection -> {
          try (PreparedStatement claim = connection.prepareStatement(sql)) {
            claim.setDouble(1, lease.toMillis() / 1000.0);
            claim.setLong(2, fileId);
            claim.setBoolean(3, redelivered);
            claim.setObject(4, FileIds.dayOf(fileId));
            try (ResultSet row = claim.executeQuery()) {
              return row.next() ? Optional.of(claim(row)) : Optional.empty();
            }
          }
        });
  }

  private static SettleClaim claim(ResultSet row) throws SQLException {
    String reason = row.getString(8);
    return new SettleClaim(
        row.getLong(1),
        row.getInt(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getLong(6),
        row.getObject(7, OffsetDateTime.class).toInstant(),
        reason != null && reason.startsWith(DUPLICATE) ? reason : null);
  }

  /**
   * Closes the file.
   *
   * @param remark what is worth knowing, or null
   */
  List<WorkMessage> close(SettleClaim claim, String remark) {
    boolean duplicate = claim.duplicate() != null;
    FileCloser.End end = duplicate ? FileCloser.End.DUPLICATE : FileCloser.End.SETTLED;
    String reason = duplicate ? claim.duplicate() : remark;
    return transactions.ledger(
        c -> FileCloser.close(c, claim.fileId(), end, Stage.SETTLE, reason, null));
  }

  /** Tries again later; the attempt counts only where the file itself is at fault. */
  void later(SettleClaim claim, Duration pause, boolean counted, String reason) {
    String attempts = counted ? "attempts" : "greatest(attempts - 1, 0)";
    move(
        claim,
        "state = 'waiting', not_before = now() + interval '%d milliseconds', attempts = %s"
            .formatted(pause.toMillis(), attempts),
        reason);
  }

  /** Gives up until a person acts; the rows are loaded all the same. */
  void park(SettleClaim claim, String reason) {
    move(claim, "state = 'parked', attempts = 0", reason);
  }

  private void move(SettleClaim claim, String change, String reason) {
    String sql =
        "update sluice.work set entered_at = now(), lease_until = null, reason = ?, "
            + change
            + " where file_id = ? and stage = 'settle' and attempts = ?";
    transactions.ledger(
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setString(1, claim.duplicate() != null ? claim.duplicate() : reason);
            update.setLong(2, claim.fileId());
            update.setInt(3, claim.attempts());
            return update.executeUpdate();
          }
        });
  }
}
