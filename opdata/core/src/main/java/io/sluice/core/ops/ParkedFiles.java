package io.sluice.core.ops;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.work.Work;
import io.sluice.core.work.WorkState;
import java.time.Instant;
import java.util.List;

/** Files that wait until something is put right. */
public final class ParkedFiles {

  /**
   * Parked files of one feed and reason.
   *
   * @param since when the first of them was parked
   * @param example id of one of them
   */
  public record Group(
      String feed, String stage, String reason, long files, Instant since, long example) {}

  private final Transactions transactions;

  public ParkedFiles(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * The groups, by feed.
   *
   * @param feed glob, or null for all
   */
  public List<Group> groups(String feed) {
    String sql =
        """
        select feed, stage, coalesce(reason, '') as reason, count(*) as files, min(entered_at) as since,
               min(file_id) as example
        from sluice.work where state = ? and feed like ?
        group by feed, stage, coalesce(reason, '') order by feed, files desc, reason
        """;
    return transactions.ledger(
        connection ->
            Sql.list(
                connection,
                sql,
                Records.of(Group.class),
                WorkState.PARKED.id(),
                LikePattern.of(feed)));
  }

  /**
   * Lets parked files go on where they stopped.
   *
   * @param feed glob, or null for all
   * @return how many
   */
  public int resume(String feed) {
    return transactions.ledger(connection -> Work.unpark(connection, LikePattern.of(feed)));
  }
}
