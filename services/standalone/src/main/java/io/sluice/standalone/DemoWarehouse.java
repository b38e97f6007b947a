package io.sluice.standalone;

import io.sluice.core.sql.SqlNames;
import io.sluice.simulator.Expected;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Compares the demo's tables, row by count, with what the simulated network wrote. */
final class DemoWarehouse {
  private static final String TABLE =
      """
      select t.schema_name, tt.table_name
      from sluice.target t join sluice.target_table tt on tt.target_id = t.id
      where t.feed = ? and t.source_name = ? and tt.kind = 'main' and tt.part = 1
      """;

  private final DataSource warehouse;

  DemoWarehouse(DataSource warehouse) {
    this.warehouse = warehouse;
  }

  /**
   * A sentence for each group that differs; nothing if all of it is there, once.
   *
   * @param after rows of the run end after this
   * @param last and at this at the latest
   */
  List<String> differences(Expected expected, Instant after, Instant last) throws SQLException {
    List<String> differences = new ArrayList<>();
    try (Connection connection = warehouse.getConnection()) {
      for (Expected.GroupSum group : expected.groups()) {
        long found = rows(connection, group.group(), after, last);
        if (found != group.rows()) {
          differences.add(
              "%s: %d rows expected, %d found".formatted(group.group(), group.rows(), found));
        }
      }
    }
    return differences;
  }

  private static long rows(Connection connection, String group, Instant after, Instant last)
      throws SQLException {
    try (PreparedStatement table = connection.prepareStatement(TABLE)) {
      table.setString(1, DemoProgress.FEED);
      table.setString(2, group);
      try (ResultSet row = table.executeQuery()) {
        return row.next()
            ? count(connection, SqlNames.qualified(row.getString(1), row.getString(2)), after, last)
            : 0;
      }
    }
  }

  private static long count(Connection connection, String table, Instant after, Instant last)
      throws SQLException {
    String sql = "select count(*) from " + table + " where end_time > ? and end_time <= ?";
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setObject(1, utc(after));
      query.setObject(2, utc(last));
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private static OffsetDateTime utc(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }
}
