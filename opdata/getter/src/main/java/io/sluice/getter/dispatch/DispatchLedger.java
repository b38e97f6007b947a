package io.sluice.getter.dispatch;

import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.sql.Transactions;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Picks waiting work in one statement, whatever the backlog. */
final class DispatchLedger {

  /**
   * Round after round one file of each feed, the newest period first. Left out: what is paused by a
   * person, waits for its time, or lies on a host that could not be used a moment ago. Each feed is
   * one range of index work_waiting.
   */
  private static final String PICK =
      """
      with picked as (
        select c.file_id from unnest(?::text[]) as f (feed) cross join lateral (
          select w.file_id, w.period, row_number() over (order by w.period desc) as round
          from sluice.work w
          where w.state = 'waiting' and w.feed = f.feed and w.bulk = ? and w.stage = ? and w.not_before <= now()
            and (w.stage <> 'settle' or w.not_before > '-infinity')
            and not exists (select from sluice.pause p where p.feed = w.feed and p.host in ('', w.host))
            and not exists (
              select from sluice.scan s where w.stage <> 'handle' and s.feed = w.feed and s.host = w.host
                and s.error is not null and s.last_at > now() - interval '30 seconds')
          order by w.period desc limit ?) c
        order by c.round, c.period desc limit ?)
      update sluice.work w set state = 'queued', entered_at = now(), published_at = now()
      from picked p where w.file_id = p.file_id and w.state = 'waiting'
      returning w.feed, w.file_id
      """;

  private final Transactions transactions;

  DispatchLedger(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Marks up to so many files as queued and returns their messages. */
  List<WorkMessage> pick(Stage stage, boolean bulk, Collection<String> feeds, int limit) {
    return transactions.ledger(
        connection -> {
          try (PreparedStatement pick = connection.prepareStatement(PICK)) {
            pick.setArray(1, connection.createArrayOf("text", feeds.toArray()));
            pick.setBoolean(2, bulk);
            pick.setString(3, stage.id());
            pick.setInt(4, limit);
            pick.setInt(5, limit);
            try (ResultSet rows = pick.executeQuery()) {
              return messages(rows, stage, bulk);
            }
          }
        });
  }

  private static List<WorkMessage> messages(ResultSet rows, Stage stage, boolean bulk)
      throws SQLException {
    List<WorkMessage> messages = new ArrayList<>();
    while (rows.next()) {
      messages.add(WorkMessage.of(stage, rows.getString(1), rows.getLong(2), bulk));
    }
    return messages;
  }

  /** Puts picked work back: it could not be published. */
  void putBack(Collection<WorkMessage> messages) {
    String sql =
        "update sluice.work set state = 'waiting', published_at = null"
            + " where file_id = any (?) and state = 'queued' and attempts = 0 and lease_until is null";
    transactions.ledger(
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            Object[] ids = messages.stream().map(WorkMessage::fileId).toArray();
            update.setArray(1, connection.createArrayOf("bigint", ids));
            return update.executeUpdate();
          }
        });
  }
}
