package io.sluice.core.ops;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import java.time.Instant;
import java.util.List;

/** Feeds and hosts that nothing is fetched from for now. */
public final class Pauses {

  /**
   * One pause.
   *
   * @param host empty for all hosts of the feed
   * @param by the database role that paused it
   */
  public record Pause(String feed, String host, String by, Instant at) {}

  private final Transactions transactions;

  public Pauses(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * Pauses a feed.
   *
   * @param host empty for all
   * @return false when it was paused already
   */
  public boolean pause(String feed, String host) {
    String sql = "insert into sluice.pause (feed, host) values (?, ?) on conflict do nothing";
    return transactions.durable(c -> Sql.update(c, sql, feed, host)) == 1;
  }

  /**
   * Lets a feed go on.
   *
   * @param host empty for all: the pauses of single hosts end too
   * @return how many pauses ended
   */
  public int resume(String feed, String host) {
    String sql = "delete from sluice.pause where feed = ? and (host = ? or ? = '')";
    return transactions.durable(c -> Sql.update(c, sql, feed, host, host));
  }

  /** All of them, by feed and host. */
  public List<Pause> list() {
    String sql = "select feed, host, by, at from sluice.pause order by feed, host";
    return transactions.ledger(c -> Sql.list(c, sql, Records.of(Pause.class)));
  }
}
