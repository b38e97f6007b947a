package io.sluice.pgtask.schedule;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** What every process declares, so that none takes away the schedules of another. */
final class Processes {

  /** A process that is down for the night still wants what it declared last. */
  private static final Duration REMEMBERED = Duration.ofDays(1);

  private static final String EXCHANGE =
      """
      with mine as (
        insert into sluice.task_process (instance, seen_at, schedules) values (?, clock_timestamp(), ?)
        on conflict (instance) do update set seen_at = excluded.seen_at, schedules = excluded.schedules),
      forgotten as (
        delete from sluice.task_process where instance <> ? and seen_at < clock_timestamp() - make_interval(secs => ?))
      select instance, seen_at > clock_timestamp() - make_interval(secs => ?), schedules from sluice.task_process
      where instance <> ? and seen_at > clock_timestamp() - make_interval(secs => ?)
      """;

  private final Transactions ledger;
  private final String instance;
  private final Duration lost;

  /**
   * @param lost how long a process may be silent
   */
  Processes(Transactions ledger, String instance, Duration lost) {
    this.ledger = ledger;
    this.instance = instance;
    this.lost = lost;
  }

  /** Another process. */
  record Peer(String instance, boolean running, List<String> schedules) {
    static Peer read(ResultSet row) throws SQLException {
      return new Peer(row.getString(1), row.getBoolean(2), Sql.elements(row, "schedules"));
    }
  }

  /** Says what this process declares, and returns what the others do. */
  List<Peer> exchange(Collection<String> schedules) {
    return ledger.ledger(
        connection ->
            Sql.list(
                connection,
                EXCHANGE,
                Peer::read,
                instance,
                Sql.texts(schedules),
                instance,
                REMEMBERED,
                lost,
                instance,
                REMEMBERED));
  }
}
