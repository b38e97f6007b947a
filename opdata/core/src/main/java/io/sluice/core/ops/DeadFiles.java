package io.sluice.core.ops;

import io.sluice.core.ids.FileIds;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.work.FileCloser;
import io.sluice.core.work.Work;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What failed at the limit of its attempts, and what people do about it. */
public final class DeadFiles {

  /**
   * One failure.
   *
   * @param handling number of the handling, 0 before the first
   * @param reason short and stable
   * @param error what was said last
   */
  public record Death(
      long fileId,
      String stage,
      int handling,
      int attempts,
      String reason,
      String error,
      Instant at) {}

  /** A dead file with its last failure. */
  public record Entry(FileRow file, Death last, int deaths) {}

  private final Transactions transactions;

  public DeadFiles(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * The last to die first.
   *
   * @param feed glob, or null for all
   */
  public List<Entry> list(String feed, int limit) {
    return transactions.ledger(connection -> entries(connection, feed, limit));
  }

  private static List<Entry> entries(Connection connection, String feed, int limit)
      throws SQLException {
    String sql =
        """
        with last as (
          select file_id, max(id) as id, count(*) as deaths from sluice.dead group by file_id)
        select s.*, null::text[] as replays, d.file_id, d.stage as dead_stage, d.handling as dead_handling, d.attempts,
               d.reason as dead_reason, d.error, d.at, l.deaths
        from last l join sluice.dead d on d.id = l.id
        join sluice.file_status s on s.id = l.file_id and s.day = sluice.day_of(l.file_id)
        where s.feed like ? order by d.id desc limit ?
        """;
    return Sql.list(
        connection,
        sql,
        row -> new Entry(FileRow.MAPPER.map(row), death(row), row.getInt("deaths")),
        LikePattern.of(feed),
        limit);
  }

  /** Every failure of a file, oldest first. */
  public List<Death> deaths(long fileId) {
    String sql =
        "select file_id, stage as dead_stage, handling as dead_handling, attempts,"
            + " reason as dead_reason, error, at from sluice.dead where file_id = ? order by id";
    return transactions.ledger(c -> Sql.list(c, sql, DeadFiles::death, fileId));
  }

  private static Death death(ResultSet row) throws SQLException {
    return new Death(
        row.getLong("file_id"),
        row.getString("dead_stage"),
        row.getInt("dead_handling"),
        row.getInt("attempts"),
        row.getString("dead_reason"),
        row.getString("error"),
        Sql.instant(row, "at"));
  }

  /**
   * Gives a file up that is dead, rejected, parked or waits to be fetched without any rows: it
   * closes as discarded, what was pending counts as dead, its failures are forgotten. One that only
   * waits for its source is loaded, and its source is left alone. A file that is being worked on is
   * not touched.
   *
   * @return the file as it is now; empty when it is none of these
   */
  public Optional<FileRow> discard(long fileId, String reason) {
    return transactions.durable(
        connection -> {
          if (!discardInFlight(connection, fileId, reason)
              && !discardClosed(connection, fileId, reason)) {
            return Optional.empty();
          }
          Sql.update(connection, "delete from sluice.dead where file_id = ?", fileId);
          return FileQuery.find(connection, FileFilter.of(List.of(fileId)), 1).stream().findFirst();
        });
  }

  private static boolean discardInFlight(Connection connection, long fileId, String reason)
      throws SQLException {
    Optional<FileCloser.Ending> ending = Work.giveUp(connection, fileId, reason);
    FileCloser.close(connection, ending.stream().toList());
    return ending.isPresent();
  }

  private static boolean discardClosed(Connection connection, long fileId, String reason)
      throws SQLException {
    String sql =
        """
        update sluice.file f set state = 'discarded', reason = ?, closed_at = now()
        where id = ? and day = ? and not exists (select from sluice.work where file_id = f.id)
          and (state in ('dead', 'rejected') or exists (select from sluice.dead where file_id = f.id))
        """;
    return Sql.update(connection, sql, reason, fileId, FileIds.dayOf(fileId)) == 1;
  }
}
