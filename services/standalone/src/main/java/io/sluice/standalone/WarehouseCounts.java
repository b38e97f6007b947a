package io.sluice.standalone;

import static io.sluice.core.sql.SqlNames.qualified;
import static io.sluice.core.sql.SqlNames.quote;

import io.sluice.core.sql.Sql;
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

  /** Cells that are not null; the sum of those that are numbers. */
  private record Filled(long numeric, long vectors, BigDecimal sum) {}

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
    for (Filled filled : filled()) {
      numeric += filled.numeric;
      vectors += filled.vectors;
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

  /** Of each table. */
  private List<Filled> filled() {
    String sql =
        """
        select t.table_name,
               array_agg(c.column_name) filter (where c.kind not like 'vector%') as numbers,
               array_agg(c.column_name) filter (where c.kind like 'vector%') as vectors
        from sluice.target g
        join sluice.target_table t on t.target_id = g.id
        join sluice.counter c on c.table_id = t.id
        where g.schema_name = ? group by 1
        """;
    return results.query(
        sql,
        row ->
            filled(
                row.getString("table_name"),
                Sql.elements(row, "numbers"),
                Sql.elements(row, "vectors")),
        schema);
  }

  private Filled filled(String table, List<String> numbers, List<String> vectors) {
    String sql =
        "select %s, %s, %s from %s"
            .formatted(
                added("count(%s)", numbers),
                added("count(%s)", vectors),
                added("coalesce(sum(%s::numeric), 0)", numbers),
                qualified(schema, table));
    return results
        .query(sql, row -> new Filled(row.getLong(1), row.getLong(2), row.getBigDecimal(3)))
        .get(0);
  }

  private static String added(String aggregate, List<String> columns) {
    return columns.isEmpty()
        ? "0"
        : columns.stream()
            .map(column -> aggregate.formatted(quote(column)))
            .collect(Collectors.joining(" + "));
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
