package io.sluice.pgtask.maintenance.statistics;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Sql.Items;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.StepContext;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The planner's statistics of the columns of many tables, and of their indexes, in one query each.
 *
 * <p>An index whose key has no columns of its own statistics takes those of the table's columns; an
 * expression has its own once the table was analysed. Columns of which this role may not read the
 * statistics come back unknown. See https://www.postgresql.org/docs/current/view-pg-stats.html and,
 * for what B-trees deduplicate,
 * https://www.postgresql.org/docs/current/btree.html#BTREE-DEDUPLICATION
 */
public final class PlannerStatistics {

  private static final String TABLES =
      """
      select a.attrelid::bigint as oid, case when a.attisdropped then 0 else a.attlen end as length,
        a.attalign::text as align, s.avg_width, a.attisdropped as dropped,
        coalesce(s.null_frac, 0) as nulls, 0.0 as distinct_values
      from pg_catalog.pg_attribute a
        join pg_catalog.pg_class c on c.oid = a.attrelid
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        left join pg_catalog.pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname
          and s.attname = a.attname and not s.inherited
      where a.attrelid = any (?::bigint[]::oid[]) and a.attnum > 0
      order by a.attrelid, a.attnum
      """;

  private static final String INDEXES =
      """
      select i.indrelid::bigint as table_oid, x.oid::bigint, n.nspname, x.relname, am.amname,
        pg_relation_size(x.oid) as bytes, x.reltuples,
        coalesce(substring(array_to_string(x.reloptions, ',') from 'fillfactor=([0-9]+)')::int, 90) as fillfactor,
        i.indpred is not null as partial, i.indisexclusion as exclusion,
        not i.indisunique and i.indnatts = i.indnkeyatts
          and coalesce(substring(array_to_string(x.reloptions, ',') from 'deduplicate_items=([a-z0-9]+)'), 'on')
            in ('on', 'true', 'yes', '1')
          and not exists (
            select from unnest(i.indclass::oid[], i.indcollation::oid[]) k(class, coll)
              join pg_catalog.pg_opclass o on o.oid = k.class
              left join pg_catalog.pg_amproc e on e.amprocfamily = o.opcfamily and e.amproclefttype = o.opcintype
                and e.amprocrighttype = o.opcintype and e.amprocnum = 4
              left join pg_catalog.pg_collation l on l.oid = k.coll
            where e.oid is null or not coalesce(l.collisdeterministic, true)) as deduplicated,
        a.attlen as length, a.attalign::text as align, s.avg_width, false as dropped,
        coalesce(s.null_frac, 0) as nulls, coalesce(s.n_distinct, 0) as distinct_values
      from pg_catalog.pg_index i
        join pg_catalog.pg_class x on x.oid = i.indexrelid
        join pg_catalog.pg_namespace n on n.oid = x.relnamespace
        join pg_catalog.pg_class c on c.oid = i.indrelid
        join pg_catalog.pg_am am on am.oid = x.relam
        join pg_catalog.pg_attribute a on a.attrelid = x.oid and a.attnum > 0
        left join pg_catalog.pg_attribute o on o.attrelid = i.indrelid
          and i.indkey[a.attnum - 1] > 0 and o.attnum = i.indkey[a.attnum - 1]
        left join pg_catalog.pg_stats s on s.schemaname = n.nspname and not s.inherited
          and s.tablename = case when o.attname is null then x.relname else c.relname end
          and s.attname = coalesce(o.attname, a.attname)
      where i.indrelid = any (?::bigint[]::oid[]) and x.relkind = 'i' and i.indisvalid and i.indislive
      order by x.oid, a.attnum
      """;

  private final StepContext context;

  /**
   * @param context of the database to read
   */
  public PlannerStatistics(StepContext context) {
    this.context = context;
  }

  /** The columns of an index, in their order. */
  public record Index(IndexInfo facts, List<ColumnStatistics> columns) {}

  /** The columns of each table by its oid, dropped ones as NULLs. */
  public Map<Long, List<ColumnStatistics>> tables(Collection<TableInfo> tables)
      throws SQLException {
    Map<Long, List<ColumnStatistics>> found = new LinkedHashMap<>();
    return read(
        TABLES,
        tables,
        row -> found.computeIfAbsent(row.getLong("oid"), oid -> new ArrayList<>()).add(column(row)),
        found);
  }

  /** Valid indexes of each table by its oid. Takes ACCESS SHARE on each, for its size. */
  public Map<Long, List<Index>> indexes(Collection<TableInfo> tables) throws SQLException {
    Map<Long, Map<Long, Index>> found = new TreeMap<>();
    read(
        INDEXES,
        tables,
        row -> {
          Map<Long, Index> ofTable =
              found.computeIfAbsent(row.getLong("table_oid"), oid -> new LinkedHashMap<>());
          Index index = ofTable.get(row.getLong("oid"));
          if (index == null) {
            index = new Index(facts(row), new ArrayList<>());
            ofTable.put(index.facts().oid(), index);
          }
          index.columns().add(column(row));
        },
        found);
    Map<Long, List<Index>> indexes = new LinkedHashMap<>();
    found.forEach((table, ofTable) -> indexes.put(table, List.copyOf(ofTable.values())));
    return indexes;
  }

  @FunctionalInterface
  private interface EachRow {
    void take(ResultSet row) throws SQLException;
  }

  private <T> T read(String sql, Collection<TableInfo> tables, EachRow each, T result)
      throws SQLException {
    Items oids = Sql.array("bigint", tables, TableInfo::oid);
    context.read(
        connection -> {
          query(connection, sql, oids, each);
          return null;
        });
    return result;
  }

  private static void query(Connection connection, String sql, Items oids, EachRow each)
      throws SQLException {
    try (PreparedStatement statement = Sql.prepare(connection, sql, oids)) {
      statement.setFetchSize(10_000);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          each.take(row);
        }
      }
    }
  }

  private static IndexInfo facts(ResultSet row) throws SQLException {
    return new IndexInfo(
        row.getLong("oid"),
        new TableName(row.getString("nspname"), row.getString("relname")),
        row.getString("amname"),
        row.getLong("bytes"),
        row.getDouble("reltuples"),
        row.getInt("fillfactor"),
        row.getBoolean("partial"),
        row.getBoolean("exclusion"),
        row.getBoolean("deduplicated"));
  }

  private static ColumnStatistics column(ResultSet row) throws SQLException {
    if (row.getBoolean("dropped")) {
      return new ColumnStatistics(1, 1, 1, 1, 0);
    }
    int align =
        switch (row.getString("align")) {
          case "d" -> 8;
          case "i" -> 4;
          case "s" -> 2;
          default -> 1;
        };
    double width = row.getDouble("avg_width");
    return new ColumnStatistics(
        Math.max(-1, row.getInt("length")),
        align,
        row.wasNull() ? -1 : width,
        row.getDouble("nulls"),
        row.getDouble("distinct_values"));
  }
}
