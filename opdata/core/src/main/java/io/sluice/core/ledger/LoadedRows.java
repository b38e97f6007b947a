package io.sluice.core.ledger;

import io.sluice.core.ids.FileIds;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;

/** Deletes rows by the file they came from, and marks the buckets that lost them (D3, D10). */
final class LoadedRows {

  private record Table(int id, String schema, String name, String timeColumn, boolean hasElement) {

    String sql() {
      return SqlNames.qualified(schema, name);
    }
  }

  /**
   * From the first to the last end time of these files' rows: so that other partitions are not
   * looked at.
   */
  private record TimeRange(OffsetDateTime first, OffsetDateTime last) {}

  private LoadedRows() {}

  static void delete(Connection connection, Collection<Long> files) throws SQLException {
    if (files.isEmpty()) {
      return;
    }
    TimeRange times = times(connection, files);
    for (Table table : tablesOf(connection, files)) {
      deleteFrom(connection, table, files, times);
    }
  }

  private static TimeRange times(Connection connection, Collection<Long> files)
      throws SQLException {
    String sql =
        """
        select min(least(f.first_time, w.first_time)), max(greatest(f.last_time, w.last_time))
        from sluice.file f left join sluice.work w on w.file_id = f.id where f.id = any (?) and f.day = any (?)
        """;
    return Sql.one(
        connection,
        sql,
        row ->
            new TimeRange(
                row.getObject(1, OffsetDateTime.class), row.getObject(2, OffsetDateTime.class)),
        Sql.longs(files),
        FileIds.days(files));
  }

  private static List<Table> tablesOf(Connection connection, Collection<Long> files)
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
    return Sql.list(
        connection,
        sql,
        row ->
            new Table(
                row.getInt(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getBoolean(5)),
        Sql.longs(files),
        FileIds.days(files),
        Sql.longs(files));
  }

  private static void deleteFrom(
      Connection connection, Table table, Collection<Long> files, TimeRange times)
      throws SQLException {
    String delete = "delete from " + table.sql() + " where _file = any (?)";
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
    if (bounded) {
      Sql.update(connection, delete, Sql.longs(files), times.first, times.last);
    } else {
      Sql.update(connection, delete, Sql.longs(files));
    }
  }
}
