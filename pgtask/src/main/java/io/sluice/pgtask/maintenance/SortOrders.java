package io.sluice.pgtask.maintenance;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Sql.Items;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.run.StepContext;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * In what order the rows of tables are to lie: that of an index, or of columns.
 *
 * <p>A partition's index is met by the name of its parent's index too.
 */
final class SortOrders {

  /**
   * @param sql for ORDER BY
   * @param correlation how far the rows of the first column lie in its order now, -1 to 1
   * @param index whose order it is; empty for one of columns, or of a partial index
   */
  record Order(String sql, OptionalDouble correlation, Optional<String> index) {}

  private record IndexOrder(
      long table,
      Optional<String> name,
      Set<String> names,
      boolean identity,
      boolean clustered,
      boolean primary,
      String first,
      String sql) {}

  private record ColumnOrder(long table, String name, OptionalDouble correlation) {}

  private static final String INDEXES =
      """
      with recursive up (oid, parent) as (
        select inhrelid, inhparent from pg_catalog.pg_inherits
        where inhrelid in (select indexrelid from pg_catalog.pg_index where indrelid = any (?::bigint[]::oid[]))
        union all
        select up.oid, i.inhparent from up join pg_catalog.pg_inherits i on i.inhrelid = up.parent)
      select i.indrelid::bigint as table_oid, case when i.indpred is null then x.relname end as whole,
        array_append(array(select p.relname::text from up join pg_catalog.pg_class p on p.oid = up.parent
          where up.oid = x.oid), x.relname::text) as names,
        i.indisclustered, i.indisprimary,
        case t.relreplident when 'd' then i.indisprimary and i.indimmediate when 'i' then i.indisreplident
          else false end as is_identity,
        (select a.attname from pg_catalog.pg_attribute a where a.attrelid = i.indrelid and a.attnum = i.indkey[0]
          and a.attnum > 0) as first,
        (select string_agg(pg_get_indexdef(x.oid, k, false)
            || case when i.indoption[k - 1] & 1 = 1 then ' desc' else '' end
            || case when i.indoption[k - 1] & 3 = 1 then ' nulls last'
                 when i.indoption[k - 1] & 3 = 2 then ' nulls first' else '' end, ', ' order by k)
          from generate_series(1, i.indnkeyatts) k) as sql
      from pg_catalog.pg_index i
        join pg_catalog.pg_class t on t.oid = i.indrelid
        join pg_catalog.pg_class x on x.oid = i.indexrelid
        join pg_catalog.pg_am am on am.oid = x.relam and am.amname = 'btree'
      where i.indrelid = any (?::bigint[]::oid[]) and i.indisvalid and x.relkind = 'i'
      order by x.relname
      """;

  private static final String COLUMNS =
      """
      select a.attrelid::bigint as table_oid, a.attname, s.correlation
      from pg_catalog.pg_attribute a
        join pg_catalog.pg_class c on c.oid = a.attrelid
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        left join pg_catalog.pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname
          and s.attname = a.attname and not s.inherited
      where a.attrelid = any (?::bigint[]::oid[]) and a.attnum > 0 and not a.attisdropped
      """;

  private final Map<Long, List<IndexOrder>> indexes;
  private final Map<Long, Map<String, OptionalDouble>> columns;

  private SortOrders(
      Map<Long, List<IndexOrder>> indexes, Map<Long, Map<String, OptionalDouble>> columns) {
    this.indexes = indexes;
    this.columns = columns;
  }

  static SortOrders read(StepContext context, Collection<TableInfo> tables) throws SQLException {
    Items oids = Sql.array("bigint", tables, TableInfo::oid);
    return context.read(
        connection ->
            new SortOrders(
                Sql.list(connection, INDEXES, SortOrders::index, oids, oids).stream()
                    .collect(groupingBy(IndexOrder::table)),
                Sql.list(connection, COLUMNS, SortOrders::column, oids).stream()
                    .collect(
                        groupingBy(
                            ColumnOrder::table,
                            toMap(ColumnOrder::name, ColumnOrder::correlation)))));
  }

  private static IndexOrder index(ResultSet row) throws SQLException {
    return new IndexOrder(
        row.getLong("table_oid"),
        Optional.ofNullable(row.getString("whole")),
        Set.copyOf(Sql.elements(row, "names")),
        row.getBoolean("is_identity"),
        row.getBoolean("indisclustered"),
        row.getBoolean("indisprimary"),
        row.getString("first"),
        row.getString("sql"));
  }

  private static ColumnOrder column(ResultSet row) throws SQLException {
    double correlation = row.getDouble("correlation");
    OptionalDouble value = row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(correlation);
    return new ColumnOrder(row.getLong("table_oid"), row.getString("attname"), value);
  }

  /**
   * The order of a table.
   *
   * @param wanted name of an index, or columns; absent takes the clustered or the primary key's
   * @return empty if the table has none
   */
  Optional<Order> of(TableInfo table, Optional<String> wanted) {
    List<IndexOrder> ofTable = indexes.getOrDefault(table.oid(), List.of());
    if (wanted.isEmpty()) {
      return ofTable.stream()
          .filter(i -> i.clustered() || i.primary())
          .min(java.util.Comparator.comparing(i -> !i.clustered()))
          .map(i -> order(table, i.sql(), i.first(), i.name()));
    }
    Optional<Order> byIndex =
        ofTable.stream()
            .filter(i -> i.names().contains(wanted.get()))
            .findFirst()
            .map(i -> order(table, i.sql(), i.first(), i.name()));
    return byIndex.or(() -> byColumns(table, wanted.get()));
  }

  private Optional<Order> byColumns(TableInfo table, String list) {
    Map<String, OptionalDouble> there = columns.getOrDefault(table.oid(), Map.of());
    List<String> sql = new ArrayList<>();
    String first = null;
    for (String part : list.split(",", -1)) {
      String text = part.strip();
      boolean descending =
          !there.containsKey(text) && text.toLowerCase(Locale.ROOT).endsWith(" desc");
      String column = descending ? text.substring(0, text.length() - 5).strip() : text;
      if (!there.containsKey(column)) {
        return Optional.empty();
      }
      first = first == null ? column : first;
      sql.add(SqlNames.quote(column) + (descending ? " desc" : ""));
    }
    return Optional.of(order(table, String.join(", ", sql), first, Optional.empty()));
  }

  private Order order(TableInfo table, String sql, String first, Optional<String> index) {
    OptionalDouble correlation =
        first == null
            ? OptionalDouble.empty()
            : columns
                .getOrDefault(table.oid(), Map.of())
                .getOrDefault(first, OptionalDouble.empty());
    return new Order(sql, correlation, index);
  }

  /** Whether an index is the table's replica identity. */
  boolean isIdentified(TableInfo table) {
    return indexes.getOrDefault(table.oid(), List.of()).stream().anyMatch(IndexOrder::identity);
  }
}
