package io.sluice.loader.table;

import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.PgType;
import io.sluice.core.feed.Layout;
import io.sluice.core.sql.Sql;
import io.sluice.loader.table.TargetTable.CounterColumn;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what the ledger says of tables: two statements for any number of them. */
final class TargetTables {

  private static final String TABLES =
      """
      select t.id, t.target_id, g.schema_name, t.table_name, g.name, g.source_name, t.kind, t.part, t.made, g.layout,
             g.mode, g.time_column, g.key_columns
      from sluice.target_table t join sluice.target g on g.id = t.target_id
      where t.target_id in (select target_id from sluice.target_table where id = any (?)) order by t.id
      """;

  private static final String COUNTERS =
      """
      select table_id, column_name, counter, type, ordinal from sluice.counter
      where target_id in (select target_id from sluice.target_table where id = any (?)) order by ordinal
      """;

  private record Registered(int tableId, CounterColumn column) {}

  private TargetTables() {}

  /** All tables of the targets these tables belong to, by id. */
  static Map<Integer, TargetTable> withSiblings(Connection connection, Collection<Integer> ids)
      throws SQLException {
    Map<Integer, Map<String, CounterColumn>> counters = counters(connection, ids);
    List<TargetTable> tables =
        Sql.list(
            connection,
            TABLES,
            row -> table(row, counters.getOrDefault(row.getInt("id"), Map.of())),
            Sql.ints(ids));
    Map<Integer, TargetTable> byId = new LinkedHashMap<>();
    tables.forEach(table -> byId.put(table.id(), table));
    return byId;
  }

  private static TargetTable table(ResultSet row, Map<String, CounterColumn> counters)
      throws SQLException {
    return new TargetTable(
        row.getInt("id"),
        row.getInt("target_id"),
        row.getString("schema_name"),
        row.getString("table_name"),
        row.getString("name"),
        row.getString("source_name"),
        row.getString("kind"),
        row.getInt("part"),
        row.getBoolean("made"),
        Layout.of(row.getString("layout")),
        row.getString("mode").equals("merge"),
        Optional.ofNullable(row.getString("time_column")),
        Sql.elements(row, "key_columns"),
        counters);
  }

  private static Map<Integer, Map<String, CounterColumn>> counters(
      Connection connection, Collection<Integer> ids) throws SQLException {
    Map<Integer, Map<String, CounterColumn>> counters = new LinkedHashMap<>();
    Sql.list(connection, COUNTERS, TargetTables::registered, Sql.ints(ids))
        .forEach(
            r ->
                counters
                    .computeIfAbsent(r.tableId, id -> new LinkedHashMap<>())
                    .put(r.column.column().name(), r.column));
    return counters;
  }

  private static Registered registered(ResultSet row) throws SQLException {
    Column column =
        new Column(row.getString("column_name"), PgType.ofSql(row.getString("type")).orElseThrow());
    return new Registered(
        row.getInt("table_id"),
        new CounterColumn(row.getString("counter"), column, row.getInt("ordinal")));
  }
}
