package io.sluice.core.ledger;

import io.sluice.core.sql.SqlNames;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Deletes rows by the file they came from, and marks the buckets that lost them (D3, D10). */
final class LoadedRows {

  private record Table(int id, String schema, String name, String timeColumn, boolean hasElement) {}

  private LoadedRows() {}

  static void delete(Connection connection, Collection<Long> fileIds) throws SQLException {
    if (fileIds.isEmpty()) {
      return;
    }
    TimeRange times = times(connection, fileIds);
    for (Table table : tablesOf(connection, fileIds)) {
      deleteFrom(connection, table, fileIds, times);
    }
  }

  /**
   * From the first to the last end time of these files' rows: so that other partitions are not
   * looked at.
   */
  private record TimeRange(OffsetDateTime first, OffsetDateTime last) {}

  private static TimeRange times(Connection connection, Collection<Long> fileIds)
      throws SQLException {
    String sql =
        """
        select min(least(f.first_time, w.first_time)), max(greatest(f.last_time, w.last_time))
        from sluice.file f left join sluice.work w on w.file_id = f.id where f.id = any (?) and f.day = any (?)
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setArray(1, connection.createArrayOf("bigint", fileIds.toArray()));
      query.setArray(2, days(connection, fileIds));
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return new TimeRange(
            row.getObject(1, OffsetDateTime.class), row.getObject(2, OffsetDateTime.class));
      }
    }
  }

  private static Array days(Connection connection, Collection<Long> fileIds) throws SQLException {
    return connection.createArrayOf(
        "date", fileIds.stream().map(FileIds::dayOf).distinct().toArray());
  }

  private static List<Table> tablesOf(Connection connection, Collection<Long> fileIds)
      throws SQLException {
    String sql =
        """
        with used as (
          select unnest(tables) as id from sluice.file where id = any (?) and day = any (?)
          union select unnest(tables) from sluice.work where file_id = any (?))
        select t.id, g.schema_name, t.table_name, g.time_column, g.layout <> 'rows'
        from used u join sluice.target_table t on t.id = u.id join sluice.target g on g.id = t.target_id
        order by t.id
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      Object[] ids = fileIds.toArray();
      query.setArray(1, connection.createArrayOf("bigint", ids));
      query.setArray(2, days(connection, fileIds));
      query.setArray(3, connection.createArrayOf("bigint", ids));
      try (ResultSet rows = query.executeQuery()) {
        List<Table> tables = new ArrayList<>();
        while (rows.next()) {
          tables.add(
              new Table(
                  rows.getInt(1),
                  rows.getString(2),
                  rows.getString(3),
                  rows.getString(4),
                  rows.getBoolean(5)));
        }
        return tables;
      }
    }
  }

  private static void deleteFrom(
      Connection connection, Table table, Collection<Long> fileIds, TimeRange times)
      throws SQLException {
    String name = SqlNames.quote(table.schema) + "." + SqlNames.quote(table.name);
    String delete = "delete from " + name + " where _file = any (?)";
    boolean bounded = table.timeColumn != null && times.first != null;
    if (table.timeColumn != null) {
      String time = SqlNames.quote(table.timeColumn);
      delete += bounded ? " and %s between ? and ?".formatted(time) : "";
      String slice = table.hasElement ? "element & 15" : "0";
      delete =
          ("with gone as (%s returning %s as t, %s as slice) insert into sluice.mark (table_id, bucket, slice) "
                  + "select distinct %d, date_trunc('hour', t - interval '1 microsecond'), slice from gone")
              .formatted(delete, time, slice, table.id);
    }
    try (PreparedStatement statement = connection.prepareStatement(delete)) {
      statement.setArray(1, connection.createArrayOf("bigint", fileIds.toArray()));
      if (bounded) {
        statement.setObject(2, times.first);
        statement.setObject(3, times.last);
      }
      statement.executeUpdate();
    }
  }
}
