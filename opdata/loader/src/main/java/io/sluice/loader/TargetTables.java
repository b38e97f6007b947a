package io.sluice.loader;

import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.PgType;
import io.sluice.loader.TargetTable.CounterColumn;
import io.sluice.loader.TargetTable.Layout;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads what the ledger says of tables: two statements for any number of them. */
final class TargetTables {

  private static final String TABLES =
      """
      select t.id, t.target_id, g.schema_name, t.table_name, g.name, g.source_name, t.kind, t.part, t.made, g.layout,
             g.mode, g.time_column, g.key_columns
      from sluice.target_table t join sluice.target g on g.id = t.target_id
      """;

  private TargetTables() {}

  /** All tables of the targets these tables belong to, by id. */
  static Map<Integer, TargetTable> withSiblings(Connection connection, Collection<Integer> ids)
      throws SQLException {
    String where =
        "where t.target_id in (select target_id from sluice.target_table where id = any (?)) order by t.id";
    List<TargetTable> tables = new ArrayList<>();
    Map<Integer, Map<String, CounterColumn>> counters = counters(connection, ids);
    try (PreparedStatement query = connection.prepareStatement(TABLES + where)) {
      query.setArray(1, connection.createArrayOf("int", ids.toArray()));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          tables.add(table(rows, counters.getOrDefault(rows.getInt(1), Map.of())));
        }
      }
    }
    return tables.stream()
        .collect(
            Collectors.toMap(
                TargetTable::id, Function.identity(), (a, b) -> a, LinkedHashMap::new));
  }

  private static TargetTable table(ResultSet row, Map<String, CounterColumn> counters)
      throws SQLException {
    return new TargetTable(
        row.getInt(1),
        row.getInt(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        row.getString(7),
        row.getInt(8),
        row.getBoolean(9),
        Layout.valueOf(row.getString(10).toUpperCase(Locale.ROOT)),
        row.getString(11).equals("merge"),
        Optional.ofNullable(row.getString(12)),
        List.of((String[]) row.getArray(13).getArray()),
        counters);
  }

  private static Map<Integer, Map<String, CounterColumn>> counters(
      Connection connection, Collection<Integer> ids) throws SQLException {
    String sql =
        """
        select table_id, column_name, counter, type, ordinal from sluice.counter
        where target_id in (select target_id from sluice.target_table where id = any (?)) order by ordinal
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setArray(1, connection.createArrayOf("int", ids.toArray()));
      try (ResultSet rows = query.executeQuery()) {
        Map<Integer, Map<String, CounterColumn>> counters = new LinkedHashMap<>();
        while (rows.next()) {
          Column column =
              new Column(rows.getString(2), PgType.ofSql(rows.getString(4)).orElseThrow());
          counters
              .computeIfAbsent(rows.getInt(1), id -> new LinkedHashMap<>())
              .put(column.name(), new CounterColumn(rows.getString(3), column, rows.getInt(5)));
        }
        return counters;
      }
    }
  }
}
