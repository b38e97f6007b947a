package io.sluice.getter.fetch;

import io.sluice.core.feed.FeedSource;
import io.sluice.core.ledger.FileCloser;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Writes down that a file's bytes are in staging, and decides whether they are news. */
final class FetchedLedger {

  private static final Duration ORIGINAL_WAIT = Duration.ofSeconds(15);

  /**
   * What became of a fetched file.
   *
   * @param duplicate whether its content was known
   * @param messages to publish
   */
  record Fetched(boolean duplicate, List<WorkMessage> messages) {}

  private final Transactions transactions;

  FetchedLedger(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * Hands the file to the handler; or settles it as a duplicate; or lets it wait until the file
   * with the same content, which is in flight, has closed.
   */
  Fetched fetched(FetchClaim claim, Staged staged, FeedSource rules) {
    return transactions.ledger(
        connection -> {
          Duplicates.lock(connection, claim.feed(), staged.checksum());
          if (!own(connection, claim, staged)) {
            throw new LostClaim(claim);
          }
          Optional<Duplicates.Original> original =
              Duplicates.find(connection, rules, claim, claim.path(), staged.checksum());
          if (original.isEmpty()) {
            return new Fetched(false, toHandler(connection, claim));
          }
          return new Fetched(true, duplicate(connection, claim, original.get()));
        });
  }

  private static boolean own(Connection connection, FetchClaim claim, Staged staged)
      throws SQLException {
    String sql =
        "update sluice.work set checksum = ? where file_id = ? and stage = 'fetch' and attempts = ?";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setBytes(1, staged.checksum().bytes());
      update.setLong(2, claim.fileId());
      update.setInt(3, claim.attempts());
      return update.executeUpdate() == 1;
    }
  }

  private static List<WorkMessage> toHandler(Connection connection, FetchClaim claim)
      throws SQLException {
    move(
        connection,
        claim,
        "stage = 'handle', state = 'queued', published_at = now(), reason = null");
    return List.of(WorkMessage.of(Stage.HANDLE, claim.feed(), claim.fileId(), claim.bulk()));
  }

  private static List<WorkMessage> duplicate(
      Connection connection, FetchClaim claim, Duplicates.Original original) throws SQLException {
    String reason = "duplicate: same content as file " + original.fileId() + " " + original.path();
    if (original.open()) {
      move(
          connection,
          claim,
          "state = 'waiting', not_before = now() + interval '%d seconds'"
              .formatted(ORIGINAL_WAIT.toSeconds()));
      return List.of();
    }
    if (settles(connection, claim)) {
      move(connection, claim, "stage = 'settle', state = 'queued', published_at = now()");
      remember(connection, claim, reason);
      return List.of(WorkMessage.of(Stage.SETTLE, claim.feed(), claim.fileId(), claim.bulk()));
    }
    return FileCloser.close(
        connection, claim.fileId(), FileCloser.End.DUPLICATE, Stage.FETCH, reason, null);
  }

  private static boolean settles(Connection connection, FetchClaim claim) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("select settle from sluice.work where file_id = ?")) {
      query.setLong(1, claim.fileId());
      try (ResultSet row = query.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private static void move(Connection connection, FetchClaim claim, String change)
      throws SQLException {
    String sql =
        "update sluice.work set entered_at = now(), lease_until = null, attempts = 0, "
            + change
            + " where file_id = ?";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setLong(1, claim.fileId());
      update.executeUpdate();
    }
  }

  private static void remember(Connection connection, FetchClaim claim, String reason)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement("update sluice.work set reason = ? where file_id = ?")) {
      update.setString(1, reason);
      update.setLong(2, claim.fileId());
      update.executeUpdate();
    }
  }
}
