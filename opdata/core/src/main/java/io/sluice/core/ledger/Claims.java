package io.sluice.core.ledger;

import io.sluice.core.message.Stage;
import io.sluice.core.sql.Transactions;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** Takes queued work for a worker, the same way at every stage. */
public final class Claims {

  private static final String SQL =
      """
      with claimed as (
        update sluice.work set attempts = attempts + 1, handling = handling + case stage when 'handle' then 1 else 0 end,
               lease_until = now() + make_interval(secs => ?)
        where file_id = ? and stage = ? and state = 'queued'
          and (? or lease_until is null or lease_until < now())
        returning *)
      select c.*, f.path, f.size, f.mtime, f.found_at,
             (select value from sluice.meta where name = 'epoch') as epoch,
             exists (select from sluice.pause p where p.feed = c.feed and p.host in ('', c.host)) as paused
      from claimed c join sluice.file f on f.id = c.file_id and f.day = ?
      """;

  private final Transactions transactions;
  private final Stage stage;
  private final Duration lease;

  /** Reads a claim: the columns of sluice.work, path, size, mtime, found_at, epoch and paused. */
  @FunctionalInterface
  public interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /**
   * @param lease how long a claim holds unless renewed; another worker may take over then
   */
  public Claims(Transactions transactions, Stage stage, Duration lease) {
    this.transactions = transactions;
    this.stage = stage;
    this.lease = lease;
  }

  /**
   * Counts the attempt before any work is done; a handling gets its number.
   *
   * @param redelivered the broker took the message back from a worker that is gone, so its lease is
   *     void
   * @return empty when there is nothing to do: closed, at another stage, or with another worker
   */
  public <T> Optional<T> take(long fileId, boolean redelivered, Reader<T> reader) {
    return transactions.ledger(
        connection -> {
          try (PreparedStatement claim = connection.prepareStatement(SQL)) {
            claim.setDouble(1, lease.toMillis() / 1000.0);
            claim.setLong(2, fileId);
            claim.setString(3, stage.id());
            claim.setBoolean(4, redelivered);
            claim.setObject(5, FileIds.dayOf(fileId));
            try (ResultSet row = claim.executeQuery()) {
              return row.next() ? Optional.of(reader.read(row)) : Optional.empty();
            }
          }
        });
  }
}
