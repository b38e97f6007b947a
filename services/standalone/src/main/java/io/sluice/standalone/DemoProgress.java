package io.sluice.standalone;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** What the ledger says of the demo's feed. */
final class DemoProgress {
  static final String FEED = "demo";

  private static final String COUNTS =
      """
      select count(*), count(distinct path),
             count(*) filter (where state in ('loaded', 'settled')),
             count(*) filter (where state = 'rejected'),
             count(*) filter (where state = 'duplicate'),
             count(*) filter (where state in ('dead', 'parked')),
             count(*) filter (where closed_at is null),
             coalesce(sum(rows), 0), coalesce(sum(read), 0), coalesce(sum(loaded), 0),
             coalesce(sum(collapsed), 0), coalesce(sum(replaced), 0), coalesce(sum(rejected), 0),
             coalesce(sum(dead), 0), coalesce(sum(pending), 0),
             coalesce(bool_and(read = loaded + collapsed + replaced + rejected + dead + pending),
                      true)
      from sluice.file_status where feed = ?
      """;
  private static final String REASONS =
      """
      select state || ': ' || coalesce(reason, 'no reason'), count(*)
      from sluice.file_status where feed = ? and state in ('rejected', 'dead', 'parked')
      group by 1 order by 1
      """;
  private static final String KNOWN =
      """
      select count(distinct path) from sluice.file where feed = ? and path = any (?)
      """;

  private final DataSource warehouse;

  DemoProgress(DataSource warehouse) {
    this.warehouse = warehouse;
  }

  /**
   * Files and cells of the feed, over all runs.
   *
   * @param stuck dead or parked
   * @param open not closed yet
   * @param exact whether read = loaded + collapsed + replaced + rejected + dead + pending, in each
   */
  record Counts(
      long files,
      long paths,
      long loaded,
      long rejected,
      long duplicate,
      long stuck,
      long open,
      long rows,
      Cells cells,
      boolean exact) {}

  record Cells(
      long read,
      long loaded,
      long collapsed,
      long replaced,
      long rejected,
      long dead,
      long pending) {}

  Counts counts() throws SQLException {
    try (Connection connection = warehouse.getConnection()) {
      return Sql.one(connection, COUNTS, DemoProgress::counts, FEED);
    }
  }

  private static Counts counts(ResultSet row) throws SQLException {
    return new Counts(
        row.getLong(1),
        row.getLong(2),
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7),
        row.getLong(8),
        cells(row),
        row.getBoolean(16));
  }

  private static Cells cells(ResultSet row) throws SQLException {
    return new Cells(
        row.getLong(9),
        row.getLong(10),
        row.getLong(11),
        row.getLong(12),
        row.getLong(13),
        row.getLong(14),
        row.getLong(15));
  }

  /** How many of these files the ledger knows. */
  long known(List<String> paths) throws SQLException {
    try (Connection connection = warehouse.getConnection()) {
      return Sql.number(connection, KNOWN, FEED, Sql.texts(paths));
    }
  }

  /** Why files were rejected or are stuck, with how many. */
  Map<String, Long> reasons() throws SQLException {
    try (Connection connection = warehouse.getConnection()) {
      return Sql.map(connection, REASONS, row -> row.getString(1), row -> row.getLong(2), FEED);
    }
  }
}
