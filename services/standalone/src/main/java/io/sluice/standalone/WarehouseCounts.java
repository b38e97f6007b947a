package io.sluice.standalone;

import static io.sluice.core.sql.SqlNames.qualified;
import static io.sluice.core.sql.SqlNames.quote;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Counts what a schema's tables hold, in the terms of an independent reading of the files. Where
 * every value was rejected there is no table to count elements and groups in.
 */
final class WarehouseCounts {

  private record Column(String table, String name, boolean vector) {}

  private record Filled(long cells, BigDecimal sum) {}

  private final TrialResults results;
  private final String schema;

  WarehouseCounts(TrialResults results, String schema) {
    this.results = results;
    this.schema = schema;
  }

  Map<String, String> read() {
    long numeric = 0;
    long vectors = 0;
    BigDecimal sum = BigDecimal.ZERO;
    for (Column column : columns()) {
      Filled filled = count(column);
      numeric += column.vector ? 0 : filled.cells;
      vectors += column.vector ? filled.cells : 0;
      sum = sum.add(filled.sum);
    }
    List<String> tables = tables();
    Map<String, String> counts = new TreeMap<>();
    counts.put("numeric", String.valueOf(numeric));
    counts.put("vector", String.valueOf(vectors));
    counts.put("sum_numeric", sum.toPlainString());
    if (!tables.isEmpty()) {
      counts.put("ids", String.valueOf(tables.size()));
      countRows(tables, counts);
    }
    return counts;
  }

  private List<Column> columns() {
    String sql =
        """
        select t.table_name, c.column_name, c.kind like 'vector%' from sluice.target g
        join sluice.target_table t on t.target_id = g.id
        join sluice.counter c on c.table_id = t.id
        where g.schema_name = ?
        """;
    return results.query(
        sql, row -> new Column(row.getString(1), row.getString(2), row.getBoolean(3)), schema);
  }

  private Filled count(Column column) {
    String name = quote(column.name);
    String sum = column.vector ? "0" : "coalesce(sum(" + name + "::numeric), 0)";
    String sql =
        "select count(%s), %s from %s".formatted(name, sum, qualified(schema, column.table));
    return results.query(sql, row -> new Filled(row.getLong(1), row.getBigDecimal(2))).get(0);
  }

  private List<String> tables() {
    return results.query(
        "select name from sluice.target where schema_name = ?", row -> row.getString(1), schema);
  }

  private void countRows(List<String> tables, Map<String, String> counts) {
    String rows =
        tables.stream()
            .map(t -> "select element, end_time from " + qualified(schema, t))
            .collect(Collectors.joining(" union all "));
    String iso = "to_char(%s(end_time) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";
    String sql =
        "select count(distinct element), %s, %s from (%s) r"
            .formatted(iso.formatted("min"), iso.formatted("max"), rows);
    results.query(
        sql,
        row -> {
          counts.put("elements", row.getString(1));
          counts.put("first_end", String.valueOf(row.getString(2)));
          return counts.put("last_end", String.valueOf(row.getString(3)));
        });
  }
}
