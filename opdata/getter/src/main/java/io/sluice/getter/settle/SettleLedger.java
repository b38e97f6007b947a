package io.sluice.getter.settle;

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

/** The settling's side of the ledger. */
final class SettleLedger {

  private static final String DUPLICATE = "duplicate:";

  private final Transactions transactions;
  private final Claims claims;

  SettleLedger(Transactions transactions, Duration lease) {
    this.transactions = transactions;
    this.claims = new Claims(transactions, Stage.SETTLE, lease);
  }

  /** Counts the attempt; empty when there is nothing to do. */
  Optional<SettleClaim> claim(long fileId, boolean redelivered) {
    return claims.take(fileId, redelivered, SettleLedger::claim);
  }

  private static SettleClaim claim(ResultSet row) throws SQLException {
    String reason = row.getString("reason");
    return new SettleClaim(
        row.getLong("file_id"),
        row.getInt("attempts"),
        row.getString("feed"),
        row.getString("host"),
        row.getString("path"),
        row.getLong("size"),
        row.getObject("mtime", OffsetDateTime.class).toInstant(),
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
