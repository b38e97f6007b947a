package io.sluice.bench;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the warehouse holds, as exact sums by group and counter. Doubles are summed by their
 * shortest text, which gives back what was read.
 */
final class WarehouseSums {
  private static final String TABLES =
      """
      select t.source_name, tt.id, t.schema_name, tt.table_name, tt.kind = 'main' and tt.part = 1
      from sluice.target t join sluice.target_table tt on tt.target_id = t.id
      order by t.source_name, tt.id
      """;
  private static final String COLUMNS =
      """
      select counter, kind, column_name from sluice.counter where table_id = ? order by ordinal
      """;
  private static final String KEY = "end_time, granularity, element, object";

  /** One group. */
  public record GroupFound(long rows, long suspect, long repeatedKeys) {}

  /** One counter of one group. */
  public record CounterFound(long numbers, BigDecimal sum, long vectors) {
    static final CounterFound NONE = new CounterFound(0, BigDecimal.ZERO, 0);

    CounterFound plus(CounterFound more) {
      return new CounterFound(numbers + more.numbers, sum.add(more.sum), vectors + more.vectors);
    }
  }

  private record Table(String group, int id, String schema, String name, boolean first) {
    String sql() {
      return SqlNames.qualified(schema, name);
    }
  }

  private record Column(String counter, String kind, String name) {}

  private final Map<String, GroupFound> groups = new TreeMap<>();
  private final Map<String, Map<String, CounterFound>> counters = new HashMap<>();

  private WarehouseSums() {}

  /** Reads all wide tables that the catalogue knows. */
  public static WarehouseSums read(Connection connection) throws SQLException {
    WarehouseSums sums = new WarehouseSums();
    for (Table table : tables(connection)) {
      sums.readRows(connection, table);
      sums.readCounters(connection, table);
    }
    return sums;
  }

  public GroupFound group(String group) {
    return groups.getOrDefault(group, new GroupFound(0, 0, 0));
  }

  public CounterFound counter(String group, String counter) {
    return counters.getOrDefault(group, Map.of()).getOrDefault(counter, CounterFound.NONE);
  }

  private static List<Table> tables(Connection connection) throws SQLException {
    return Sql.list(
        connection,
        TABLES,
        row ->
            new Table(
                row.getString(1),
                row.getInt(2),
                row.getString(3),
                row.getString(4),
                row.getBoolean(5)));
  }

  private void readRows(Connection connection, Table table) throws SQLException {
    String sql =
        "select count(*), count(*) filter (where suspect), count(*) - count(distinct ("
            + KEY
            + ")) from "
            + table.sql();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      GroupFound before = group(table.group());
      long repeated = before.repeatedKeys() + row.getLong(3);
      groups.put(
          table.group(),
          table.first()
              ? new GroupFound(row.getLong(1), row.getLong(2), repeated)
              : new GroupFound(before.rows(), before.suspect(), repeated));
    }
  }

  private void readCounters(Connection connection, Table table) throws SQLException {
    List<Column> columns = columns(connection, table);
    if (columns.isEmpty()) {
      return;
    }
    Map<String, CounterFound> found =
        counters.computeIfAbsent(table.group(), group -> new HashMap<>());
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sums(table, columns))) {
      row.next();
      for (int i = 0; i < columns.size(); i++) {
        found.merge(columns.get(i).counter(), found(row, i, columns.get(i)), CounterFound::plus);
      }
    }
  }

  private static CounterFound found(ResultSet row, int index, Column column) throws SQLException {
    long count = row.getLong(2 * index + 1);
    boolean vector = column.kind().startsWith("vector");
    return vector
        ? new CounterFound(0, BigDecimal.ZERO, count)
        : new CounterFound(count, row.getBigDecimal(2 * index + 2), 0);
  }

  private static List<Column> columns(Connection connection, Table table) throws SQLException {
    return Sql.list(
        connection,
        COLUMNS,
        row -> new Column(row.getString(1), row.getString(2), row.getString(3)),
        table.id());
  }

  private static String sums(Table table, List<Column> columns) {
    List<String> terms = new ArrayList<>();
    for (Column column : columns) {
      String name = SqlNames.quote(column.name());
      boolean vector = column.kind().startsWith("vector");
      terms.add("count(" + name + ")");
      terms.add(vector ? "0::numeric" : "coalesce(sum(" + name + "::text::numeric), 0)");
    }
    return "select " + String.join(", ", terms) + " from " + table.sql();
  }
}
