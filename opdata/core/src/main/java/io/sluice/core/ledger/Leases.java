package io.sluice.core.ledger;

import io.sluice.core.sql.Transactions;
import java.sql.PreparedStatement;
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
    return transactions.ledger(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, name);
            statement.setString(2, owner);
            statement.setDouble(3, time.toMillis() / 1000.0);
            return statement.executeUpdate() == 1;
          }
        });
  }

  public void release(String name) {
    transactions.ledger(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "delete from sluice.lease where name = ? and owner = ?")) {
            statement.setString(1, name);
            statement.setString(2, owner);
            return statement.executeUpdate();
          }
        });
  }
}
