package io.sluice.core.ledger;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import java.time.Duration;

/**
 * One worker across replicas at a time; works through PgBouncer in transaction mode, unlike session
 * locks.
 */
public final class Leases {

  private final Transactions transactions;
  private final String owner;

  /**
   * @param owner unique per process
   */
  public Leases(Transactions transactions, String owner) {
    this.transactions = transactions;
    this.owner = owner;
  }

  /** Takes or prolongs a lease; false when another owner holds it. */
  public boolean take(String name, Duration time) {
    String sql =
        """
        insert into sluice.lease as l values (?, ?, clock_timestamp() + make_interval(secs => ?))
        on conflict (name) do update set owner = excluded.owner, until = excluded.until
        where l.owner = excluded.owner or l.until < clock_timestamp()
        """;
    return transactions.ledger(c -> Sql.update(c, sql, name, owner, time)) == 1;
  }

  public void release(String name) {
    transactions.ledger(
        c -> Sql.update(c, "delete from sluice.lease where name = ? and owner = ?", name, owner));
  }
}
