package io.sluice.standalone;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.simulator.Expected;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    Optional<String> table =
        Sql.first(
            connection,
            TABLE,
            row -> SqlNames.qualified(row.getString(1), row.getString(2)),
            DemoProgress.FEED,
            group);
    if (table.isEmpty()) {
      return 0;
    }
    String sql = "select count(*) from " + table.get() + " where end_time > ? and end_time <= ?";
    return Sql.number(connection, sql, after, last);
  }
}
