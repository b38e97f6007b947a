package io.sluice.core.ledger;

import io.sluice.core.fate.RejectFile;
import io.sluice.core.ledger.FileCloser.End;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** The handler's side of the ledger: claim, renew, record, give back. */
public final class HandleLedger {

  /** Whether a recorded handling is to be loaded. */
  public enum Recorded {
    /** It is the current one: publish its chunks. */
    CURRENT,
    /** Another handling was begun meanwhile: delete the staged chunks, nothing else. */
    LOST,
    /** A newer version of the file is known and the target appends: closed as replaced. */
    REPLACED
  }

  private final Transactions transactions;
  private final Duration lease;
  private final Claims claims;

  /**
   * @param lease how long a claim holds unless renewed; another worker may take over then
   */
  public HandleLedger(Transactions transactions, Duration lease) {
    this.transactions = transactions;
    this.lease = lease;
    this.claims = new Claims(transactions, Stage.HANDLE, lease);
  }

  /**
   * Counts the attempt and takes the next handling number, before any work is done.
   *
   * @param redelivered the broker took the message back from a worker that is gone, so its lease is
   *     void
   * @return empty when there is nothing to do: closed, at another stage, or with another worker
   */
  public Optional<HandleClaim> claim(long fileId, boolean redelivered) {
    return claims.take(fileId, redelivered, HandleLedger::claim);
  }

  private static HandleClaim claim(ResultSet row) throws SQLException {
    return new HandleClaim(
        row.getLong("file_id"),
        row.getInt("handling"),
        row.getInt("attempts"),
        row.getString("feed"),
        row.getString("host"),
        row.getString("path"),
        row.getLong("size"),
        row.getObject("mtime", OffsetDateTime.class).toInstant(),
        row.getObject("found_at", OffsetDateTime.class).toInstant(),
        row.getBoolean("bulk"),
        row.getLong("epoch"));
  }

  /**
   * Prolongs the lease; called at least every third of it.
   *
   * @return false when another worker has taken over: stop
   */
  public boolean renew(HandleClaim claim) {
    String sql =
        "update sluice.work set lease_until = now() + make_interval(secs => ?)"
            + " where file_id = ? and handling = ? and stage = 'handle'";
    return transactions.ledger(
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setDouble(1, lease.toMillis() / 1000.0);
            update.setLong(2, claim.fileId());
            update.setInt(3, claim.handling());
            return update.executeUpdate() == 1;
          }
        });
  }

  /**
   * Makes a handling the current one, in one transaction: after it, and only after it, its chunks
   * may be published. Rows of earlier handlings and, where the target appends, of earlier versions
   * are deleted and marked here.
   *
   * @param append whether the feed's target appends; with merge the newer version wins row by row
   */
  public Recorded record(HandleClaim claim, HandledFile handled, boolean append) {
    return transactions.ledger(
        connection -> {
          Versions versions = Versions.lock(connection, claim);
          if (!versions.owned()) {
            return Recorded.LOST;
          }
          boolean replaced = append && versions.newerExists();
          if (append && !replaced) {
            versions.deleteRows(connection);
          }
          makeCurrent(connection, claim, handled);
          if (replaced) {
            FileCloser.closeReplaced(connection, claim.fileId());
            return Recorded.REPLACED;
          }
          deleteEarlierRejects(connection, claim);
          return Recorded.CURRENT;
        });
  }

  private static void makeCurrent(Connection connection, HandleClaim claim, HandledFile handled)
      throws SQLException {
    String sql =
        """
        update sluice.work set stage = 'load', state = 'queued', entered_at = now(), published_at = now(),
               lease_until = null, attempts = 0, reason = null, current = handling, chunks = ?, chunks_done = 0,
               read = ?, collapsed = ?, rejected = ?, conflicts = ?, loaded = 0, replaced = 0, dead = 0, rows = 0,
               unit = ?, element = ?, first_time = ?, last_time = ?
        where file_id = ?
        """;
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setInt(1, handled.chunks());
      update.setLong(2, handled.read());
      update.setLong(3, handled.collapsed());
      update.setLong(4, handled.rejected());
      update.setLong(5, handled.conflicts());
      update.setString(6, handled.unit());
      update.setString(7, handled.element());
      setTime(update, 8, handled.firstTime());
      setTime(update, 9, handled.lastTime());
      update.setLong(10, claim.fileId());
      update.executeUpdate();
    }
    try (PreparedStatement delete =
        connection.prepareStatement(
            "delete from sluice.chunk where file_id = ? and handling < ?")) {
      delete.setLong(1, claim.fileId());
      delete.setInt(2, claim.handling());
      delete.executeUpdate();
    }
  }

  private static void setTime(PreparedStatement statement, int index, Instant time)
      throws SQLException {
    if (time == null) {
      statement.setNull(index, Types.TIMESTAMP_WITH_TIMEZONE);
    } else {
      statement.setObject(index, time.atOffset(ZoneOffset.UTC));
    }
  }

  private static void deleteEarlierRejects(Connection connection, HandleClaim claim)
      throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            "delete from sluice.reject where file_id = ? and day = ? and handling < ?")) {
      delete.setLong(1, claim.fileId());
      delete.setObject(2, FileIds.dayOf(claim.fileId()));
      delete.setInt(3, claim.handling());
      delete.executeUpdate();
    }
  }

  /**
   * Closes a file that no repetition can read, with the reason as a row of sluice.reject.
   *
   * @param raw what the file said there, or null
   * @return settle messages of parents that have no open member left; none when another handling
   *     was begun meanwhile
   */
  public List<WorkMessage> reject(HandleClaim claim, RejectFile why, String raw) {
    return transactions.ledger(
        connection -> {
          if (!Versions.lock(connection, claim).owned()) {
            return List.of();
          }
          deleteEarlierRejects(connection, claim);
          insertReject(connection, claim, why, raw);
          String reason = text(why.reason() + ": " + why.getMessage());
          return FileCloser.close(
              connection, claim.fileId(), End.REJECTED, Stage.HANDLE, reason, why.position());
        });
  }

  private static void insertReject(
      Connection connection, HandleClaim claim, RejectFile why, String raw) throws SQLException {
    String sql =
        "insert into sluice.reject (day, file_id, handling, reason, cells, message, raw)"
            + " values (?, ?, ?, ?, 0, ?, ?)";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setObject(1, FileIds.dayOf(claim.fileId()));
      insert.setLong(2, claim.fileId());
      insert.setInt(3, claim.handling());
      insert.setString(4, why.reason());
      insert.setString(5, text(why.position() + ": " + why.getMessage()));
      insert.setString(6, raw == null ? null : text(raw));
      insert.executeUpdate();
    }
  }

  /** PostgreSQL's text takes every char but this one. */
  private static String text(String value) {
    return value.replace('\0', '\uFFFD');
  }

  /**
   * Closes a file whose handling failed too often for reasons nobody knows.
   *
   * @return settle messages of parents that have no open member left
   */
  public List<WorkMessage> dead(HandleClaim claim, String reason, String error) {
    String sql =
        "insert into sluice.dead (file_id, stage, handling, attempts, reason, error)"
            + " values (?, 'handle', ?, ?, ?, ?)";
    return transactions.ledger(
        connection -> {
          if (!Versions.lock(connection, claim).owned()) {
            return List.of();
          }
          try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setLong(1, claim.fileId());
            insert.setInt(2, claim.handling());
            insert.setInt(3, claim.attempts());
            insert.setString(4, text(reason));
            insert.setString(5, text(error));
            insert.executeUpdate();
          }
          return FileCloser.close(
              connection,
              claim.fileId(),
              End.DEAD,
              Stage.HANDLE,
              text(reason + ": " + error),
              null);
        });
  }

  /** Gives the claim back uncounted: the surroundings failed, not the file. */
  public void release(HandleClaim claim) {
    move(claim, "stage = 'handle', state = 'queued', attempts = greatest(attempts - 1, 0)", null);
  }

  /** Keeps the file waiting until a person acts, with the reason. */
  public void park(HandleClaim claim, String reason) {
    move(claim, "state = 'parked', attempts = 0", reason);
  }

  /** The staged bytes are gone: fetch the file again. */
  public void backToFetch(HandleClaim claim, String reason) {
    move(claim, "stage = 'fetch', state = 'waiting', attempts = 0", reason);
  }

  private void move(HandleClaim claim, String change, String reason) {
    String sql =
        "update sluice.work set entered_at = now(), lease_until = null, reason = coalesce(?, reason), "
            + change
            + " where file_id = ? and handling = ? and stage = 'handle'";
    transactions.ledger(
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setString(1, reason);
            update.setLong(2, claim.fileId());
            update.setInt(3, claim.handling());
            return update.executeUpdate();
          }
        });
  }
}
