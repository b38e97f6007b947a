package io.sluice.loader;

import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Tries parked loads again from time to time: what kept them may have been mended, a grant be
 * given. If not, they park again with the reason of that day. Chunks already loaded stay so.
 */
public final class Unpark {

  private final Transactions transactions;
  private final WorkPublisher publisher;

  public Unpark(Transactions transactions, WorkPublisher publisher) {
    this.transactions = transactions;
    this.publisher = publisher;
  }

  /**
   * Puts files that wait at stage load back to work and publishes the chunks they lack.
   *
   * @param feed name, or null for all feeds
   * @param parkedFor only files parked at least this long
   * @param limit at most this many files, those parked longest first
   * @return how many files
   * @throws io.sluice.core.fate.PauseStage when the broker is away; the sweeper publishes then
   */
  public int retry(String feed, Duration parkedFor, int limit) {
    List<WorkMessage> messages =
        transactions.ledger(connection -> resume(connection, feed, parkedFor, limit));
    if (!messages.isEmpty()) {
      publisher.publish(messages);
    }
    return (int) messages.stream().mapToLong(WorkMessage::fileId).distinct().count();
  }

  private static List<WorkMessage> resume(
      Connection connection, String feed, Duration parkedFor, int limit) throws SQLException {
    String sql =
        """
        with parked as (
          select file_id from sluice.work
          where stage = 'load' and state = 'parked' and (?::text is null or feed = ?)
            and entered_at <= now() - make_interval(secs => ?)
          order by entered_at limit ? for update skip locked),
        resumed as (
          update sluice.work w set state = 'queued', entered_at = now(), published_at = now()
          from parked p where w.file_id = p.file_id
          returning w.file_id, w.feed, w.current, w.chunks, w.bulk)
        select r.feed, r.file_id, r.current, n.chunk, r.bulk
        from resumed r cross join lateral generate_series(0, r.chunks - 1) as n (chunk)
        left join sluice.chunk c on c.file_id = r.file_id and c.handling = r.current and c.chunk = n.chunk
        where c.state is null or c.state = 'begun' order by 2, 4
        """;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, feed);
      statement.setString(2, feed);
      statement.setDouble(3, parkedFor.toMillis() / 1000.0);
      statement.setInt(4, limit);
      try (ResultSet rows = statement.executeQuery()) {
        List<WorkMessage> messages = new ArrayList<>();
        while (rows.next()) {
          messages.add(
              new WorkMessage(
                  Stage.LOAD,
                  rows.getString(1),
                  rows.getLong(2),
                  rows.getInt(3),
                  rows.getInt(4),
                  rows.getBoolean(5)));
        }
        return messages;
      }
    }
  }
}
