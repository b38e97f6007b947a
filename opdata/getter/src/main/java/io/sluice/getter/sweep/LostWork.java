package io.sluice.getter.sweep;

import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.sql.Transactions;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** Work whose message should be in a queue: queued, and with no worker at it. */
final class LostWork {

  private static final String FILES =
      """
      from sluice.work w where w.stage = ? and w.bulk = ? and w.state = 'queued'
        and (w.lease_until is null or w.lease_until < now())
      """;

  private static final String OLD =
      " and coalesce(w.published_at, w.entered_at) < now() - make_interval(secs => ?)";

  private static final String CHUNKS =
      """
      from sluice.work w cross join lateral generate_series(0, w.chunks - 1) as n (chunk)
      left join sluice.chunk c on c.file_id = w.file_id and c.handling = w.current and c.chunk = n.chunk
      where w.stage = ? and w.bulk = ? and w.state = 'queued' and (c.state is null or c.state = 'begun')
      """;

  private final Transactions transactions;

  LostWork(Transactions transactions) {
    this.transactions = transactions;
  }

  /** How many messages a queue should hold at least. */
  long expected(Stage stage, boolean bulk) {
    String sql = "select count(*) " + from(stage);
    return transactions.ledger(
        connection -> {
          try (PreparedStatement query = connection.prepareStatement(sql)) {
            bind(query, stage, bulk);
            try (ResultSet row = query.executeQuery()) {
              row.next();
              return row.getLong(1);
            }
          }
        });
  }

  /** Those published longest ago, at least the age, marked as published now. */
  List<WorkMessage> take(Stage stage, boolean bulk, Duration age, int limit) {
    String chunk = stage == Stage.LOAD ? "w.current, n.chunk" : "0, 0";
    String sql =
        "select w.feed, w.file_id, "
            + chunk
            + " "
            + from(stage)
            + OLD
            + " order by coalesce(w.published_at, w.entered_at), w.file_id limit ?";
    return transactions.ledger(
        connection -> {
          List<WorkMessage> messages = new ArrayList<>();
          try (PreparedStatement query = connection.prepareStatement(sql)) {
            bind(query, stage, bulk);
            query.setDouble(3, age.toMillis() / 1000.0);
            query.setInt(4, limit);
            try (ResultSet rows = query.executeQuery()) {
              while (rows.next()) {
                messages.add(
                    new WorkMessage(
                        stage,
                        rows.getString(1),
                        rows.getLong(2),
                        rows.getInt(3),
                        rows.getInt(4),
                        bulk));
              }
            }
          }
          markPublished(connection, messages);
          return messages;
        });
  }

  private static String from(Stage stage) {
    return stage == Stage.LOAD ? CHUNKS : FILES;
  }

  private static void bind(PreparedStatement query, Stage stage, boolean bulk) throws SQLException {
    query.setString(1, stage.id());
    query.setBoolean(2, bulk);
  }

  private static void markPublished(java.sql.Connection connection, List<WorkMessage> messages)
      throws SQLException {
    LinkedHashSet<Long> ids = new LinkedHashSet<>();
    messages.forEach(message -> ids.add(message.fileId()));
    try (PreparedStatement update =
        connection.prepareStatement(
            "update sluice.work set published_at = now() where file_id = any (?)")) {
      update.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
      update.executeUpdate();
    }
  }
}
