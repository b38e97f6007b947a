package io.sluice.standalone;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the ledger and the tables say became of each file; SQL is the judge. */
final class TrialResults {

  /** The ledger's word on a file; an archive has one for each member too. */
  record Outcome(
      String path,
      String state,
      String reason,
      String position,
      long read,
      long loaded,
      long collapsed,
      long rejected,
      boolean exact) {}

  private static final long LOOK_EVERY_MILLIS = 500;

  private final Connection connection;

  /** Asks over the one connection: a query for every table is too many to connect anew for each. */
  TrialResults(Connection warehouse) {
    this.connection = warehouse;
  }

  /** Waits until every file is found and only parked ones are in flight, telling how far it is. */
  void await(int files, Duration patience) throws InterruptedException {
    Instant end = Instant.now().plus(patience);
    while (Instant.now().isBefore(end)) {
      long found = number("select count(distinct feed) from sluice.file");
      long open = number("select count(*) from sluice.work where state <> 'parked'");
      System.err.printf("\r%d of %d files found, %d in flight   ", found, files, open);
      if (found >= files && open == 0) {
        break;
      }
      Thread.sleep(LOOK_EVERY_MILLIS);
    }
    System.err.println();
  }

  List<Outcome> of(String feed) {
    String sql =
        """
        select s.path, s.state, s.reason, s.position, s.read, s.loaded, s.collapsed, s.rejected,
               r.exact
        from sluice.file_status s join sluice.reconciliation r on r.file_id = s.id
        where s.feed = ? order by s.id
        """;
    return query(
        sql,
        row ->
            new Outcome(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7),
                row.getLong(8),
                row.getBoolean(9)),
        feed);
  }

  /** Rejected units by reason. */
  Map<String, Long> rejects(String feed) {
    Map<String, Long> reasons = new LinkedHashMap<>();
    String sql =
        """
        select r.reason, sum(r.cells) from sluice.reject r
        join sluice.file f on f.id = r.file_id and f.day = r.day
        where f.feed = ? group by 1 order by 1
        """;
    query(sql, row -> reasons.put(row.getString(1), row.getLong(2)), feed);
    return reasons;
  }

  /** Counts by the names of an expected table's columns: the ledger's and the tables' own. */
  Map<String, String> counts(String feed) {
    Map<String, String> counts = new WarehouseCounts(this, feed).read();
    String sql =
        """
        select coalesce(sum(read), 0), coalesce(sum(loaded), 0), coalesce(sum(collapsed), 0),
               coalesce(sum(conflicts), 0) from sluice.file where feed = ?
        """;
    query(
        sql,
        row -> {
          counts.put("values", row.getString(1));
          counts.put("cells", row.getString(2));
          counts.put("collapsed", row.getString(3));
          return counts.put("conflicts", row.getString(4));
        },
        feed);
    return counts;
  }

  private long number(String sql) {
    return read(connection -> Sql.number(connection, sql));
  }

  <T> List<T> query(String sql, Sql.RowMapper<T> mapper, Object... values) {
    return read(connection -> Sql.list(connection, sql, mapper, values));
  }

  private <T> T read(Transactions.Body<T> body) {
    try {
      return body.run(connection);
    } catch (SQLException e) {
      throw new IllegalStateException(
          "query in the trial's warehouse failed: " + e.getMessage(), e);
    }
  }
}
