package io.sluice.core.ops;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * Whether every unit read is accounted for: read = loaded + collapsed + replaced + rejected + dead
 * + pending.
 */
public final class Reconciliation {

  /**
   * The files of one feed found within one hour.
   *
   * @param hour its start, in UTC
   * @param files all of them
   * @param open those that have not closed
   * @param inexact those whose counts do not add up
   */
  public record Hour(
      String feed, Instant hour, long files, long open, long inexact, FileRow.Counts counts) {

    /** Whether all its files add up, each by itself. */
    public boolean exact() {
      return inexact == 0;
    }
  }

  private final Transactions transactions;

  public Reconciliation(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * Oldest hour first, by feed.
   *
   * @param feed glob, or null for all
   * @param found when the files were found
   */
  public List<Hour> hours(String feed, TimeRange found) {
    return transactions.ledger(connection -> hours(connection, feed, found));
  }

  private static List<Hour> hours(Connection connection, String feed, TimeRange found)
      throws SQLException {
    String sql =
        """
        select feed, date_trunc('hour', found_at, 'UTC') as hour, unit, count(*) as files,
               count(*) filter (where state in ('discovered', 'fetched', 'handled', 'parked') or pending <> 0)
                 as open,
               count(*) filter (where read <> loaded + collapsed + replaced + rejected + dead + pending) as inexact,
               sum(read) as read, sum(loaded) as loaded, sum(collapsed) as collapsed, sum(replaced) as replaced,
               sum(rejected) as rejected, sum(dead) as dead, sum(pending) as pending,
               sum(conflicts) as conflicts, sum(rows) as rows
        from sluice.file_status
        where feed = any (?) and found_at >= coalesce(?::timestamptz, '-infinity')
          and found_at < coalesce(?::timestamptz, 'infinity')
        group by 1, 2, 3 order by 1, 2, 3
        """;
    return Sql.list(
        connection,
        sql,
        Records.of(Hour.class),
        FileQuery.feeds(connection, feed).toArray(String[]::new),
        found.from(),
        found.to());
  }
}
