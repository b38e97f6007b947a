package io.sluice.core.ops;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.work.Work;
import io.sluice.core.work.WorkState;
import java.time.Instant;
import java.util.List;

/** New tables and columns beyond a feed's limits, which a person has to approve (D9). */
public final class SchemaApproval {

  /**
   * What one feed made today and what is waiting.
   *
   * @param parked files that wait for an approval
   * @param since when the first of them was parked, or null
   * @param reason of one of them, or null
   * @param tables made today
   * @param columns added today to tables that are older
   * @param moreTables approved today beyond the limit
   * @param moreColumns approved today beyond the limit
   */
  public record Use(
      String feed,
      long parked,
      Instant since,
      String reason,
      int tables,
      int columns,
      int moreTables,
      int moreColumns) {}

  private final Transactions transactions;

  public SchemaApproval(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Feeds with parked files, or with tables or columns made today (UTC). */
  public List<Use> list() {
    String sql =
        """
        with today as (select date_trunc('day', now(), 'UTC') as t),
          parked as (select feed, count(*) as files, min(entered_at) as since, min(reason) as reason
                     from sluice.work where state = ? and %s group by feed),
          tables as (select feed, count(*) as n from sluice.target, today where created_at >= t group by feed),
          columns as (select c.feed, count(*) as n from sluice.counter c join sluice.target g on g.id = c.target_id,
                      today where c.created_at >= t and g.created_at < t group by c.feed),
          approved as (select feed, sum(tables) as tables, sum(columns) as columns from sluice.schema_approval, today
                       where day = (t at time zone 'UTC')::date group by feed)
        select feed, coalesce(p.files, 0) as parked, p.since, p.reason, coalesce(t.n, 0) as tables,
               coalesce(c.n, 0) as columns, coalesce(a.tables, 0) as more_tables,
               coalesce(a.columns, 0) as more_columns
        from parked p full join tables t using (feed) full join columns c using (feed) full join approved a using (feed)
        order by feed
        """
            .formatted(Work.IS_SCHEMA_LIMIT);
    return transactions.ledger(c -> Sql.list(c, sql, Records.of(Use.class), WorkState.PARKED.id()));
  }

  /**
   * Approves so many more tables and columns for today (UTC), and lets the feed's files go on that
   * wait for it.
   *
   * @return how many files go on
   */
  public int approve(String feed, int tables, int columns) {
    String sql =
        "insert into sluice.schema_approval (feed, day, tables, columns)"
            + " values (?, (now() at time zone 'UTC')::date, ?, ?)";
    return transactions.durable(
        c -> {
          Sql.update(c, sql, feed, tables, columns);
          return Work.approved(c, feed);
        });
  }
}
