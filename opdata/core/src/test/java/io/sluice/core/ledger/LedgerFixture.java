package io.sluice.core.ledger;

import io.sluice.core.sql.Transactions;
import io.sluice.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** A database with the ledger in it, and short ways to look at it. */
final class LedgerFixture {

  static final Instant NOW = Instant.parse("2026-03-10T10:00:00Z");

  final EmbeddedDatabase.Database database = EmbeddedDatabase.shared().createDatabase();
  final Transactions transactions = new Transactions(database.dataSource());
  final LedgerPartitions partitions = new LedgerPartitions(transactions);
  final FileIntake intake =
      new FileIntake(
          transactions, partitions, Clock.fixed(NOW, ZoneOffset.UTC), Duration.ofDays(30));
  final HandleLedger handling = new HandleLedger(transactions, Duration.ofMinutes(2));

  LedgerFixture() {
    LedgerSchema.migrate(database.dataSource());
  }

  static FoundFile file(String path, Instant mtime) {
    return new FoundFile("ems1", path, 100, mtime, null);
  }

  /** Offers one file and moves its work to the handler, as a fetch would; returns its id. */
  long fetched(String path, Instant mtime) {
    intake.offer("f", List.of(file(path, mtime)), f -> false, false);
    long id =
        number(
            "select max(id) from sluice.file where path = ? and mtime = ?::timestamptz",
            path,
            mtime.toString());
    execute(
        "update sluice.work set stage = 'handle', state = 'queued', attempts = 0 where file_id = "
            + id);
    return id;
  }

  HandleLedger.Recorded handle(long id, boolean append) {
    HandleClaim claim = handling.claim(id, false).orElseThrow();
    return handling.record(
        claim, new HandledFile(1, "cell", 10, 1, 2, 0, "gnb1", NOW, NOW), append);
  }

  /** What a loader's commit does to the ledger. */
  void loaded(long id, int tableId) {
    execute(
        "update sluice.work set loaded = read - collapsed - rejected, chunks_done = chunks, tables = array["
            + tableId
            + "] where file_id = "
            + id);
    transactions.durable(c -> FileCloser.finishLoaded(c, List.of(id)));
  }

  String state(long id) {
    return text("select state from sluice.file_status where id = " + id);
  }

  void execute(String sql) {
    transactions.ledger(
        c -> {
          try (Statement statement = c.createStatement()) {
            return statement.execute(sql);
          }
        });
  }

  long number(String sql, String... parameters) {
    return Long.parseLong(text(sql, parameters));
  }

  String text(String sql, String... parameters) {
    List<String> rows = column(sql, parameters);
    return rows.isEmpty() ? null : rows.get(0);
  }

  List<String> column(String sql, String... parameters) {
    return transactions.ledger(c -> read(c, sql, parameters));
  }

  private static List<String> read(Connection connection, String sql, String... parameters)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        query.setString(i + 1, parameters[i]);
      }
      try (ResultSet rows = query.executeQuery()) {
        List<String> values = new ArrayList<>();
        while (rows.next()) {
          values.add(rows.getString(1));
        }
        return values;
      }
    }
  }
}
