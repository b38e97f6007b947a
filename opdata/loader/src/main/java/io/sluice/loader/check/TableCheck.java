package io.sluice.loader.check;

import io.sluice.core.chunk.Column;
import io.sluice.core.fate.SqlFates;
import io.sluice.core.feed.Layout;
import io.sluice.core.sql.Sql;
import io.sluice.loader.table.Prepared;
import io.sluice.loader.table.RegistryChanged;
import io.sluice.loader.table.StaleTables;
import io.sluice.loader.table.TargetTable;
import io.sluice.loader.write.CopyGroup;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Locks the tables of a batch and compares them with what its rows were encoded for: binary COPY of
 * 8-byte integers into doubles would succeed silently with garbage (D3), and an id of the registry
 * may name another table since it was restored. Two statements for the whole batch.
 */
public final class TableCheck {

  /**
   * One row for each difference. A merge ends the other forms of a value, so it must know those
   * that another loader's files brought since; and without its unique index, keys would double.
   */
  private static final String DIFFERENCES =
      """
      with tab as (
        select id, schema_name, name, to_regclass(format('%I.%I', schema_name, name)) as oid, forms, key, view_name
        from unnest(?::int[], ?::text[], ?::text[], ?::int[], ?::text[], ?::text[])
          as t (id, schema_name, name, forms, key, view_name))
      select 'registry' as what, id, name from tab where not exists (
        select from sluice.target_table r join sluice.target g on g.id = r.target_id
        where r.id = tab.id and r.table_name = tab.name and g.schema_name = tab.schema_name
          and (g.mode = 'append') = (tab.key = '{}'))
      union all
      select 'column', id, w.col from unnest(?::int[], ?::text[], ?::bigint[]) as w (id, col, type)
      join tab using (id)
      left join pg_attribute a on a.attrelid = tab.oid and a.attname = w.col and a.attnum > 0 and not a.attisdropped
      where a.atttypid::bigint is distinct from w.type
      union all
      select 'forms', id, name from tab where forms < (
        select count(*) from sluice.counter c
        join pg_attribute a on a.attrelid = tab.oid and a.attname = c.column_name and not a.attisdropped
        where c.table_id = tab.id)
      union all
      select 'unique index', id, name from tab where key <> '{}' and not exists (
        select from pg_index x where x.indrelid = tab.oid and x.indisunique and x.indisvalid and x.indimmediate
          and x.indpred is null and x.indexprs is null
          and (select array_agg(a.attname::text order by a.attname::text) from pg_attribute a
               where a.attrelid = x.indrelid and a.attnum = any (x.indkey)) = (select array_agg(k order by k) from unnest(tab.key::text[]) k))
      union all
      select 'partition', id, w.part from unnest(?::int[], ?::text[]) as w (id, part)
      join tab using (id)
      where not exists (select from pg_inherits i join pg_class p on p.oid = i.inhrelid
                        where i.inhparent = tab.oid and p.relname = w.part and not i.inhdetachpending)
      union all
      select 'view', id, name from tab where view_name is not null
        and to_regclass(format('%I.%I', schema_name, view_name)) is null
      """;

  private record Wanted(int tableId, Column column) {}

  private record WantedPartition(TargetTable table, String name) {}

  private record Difference(String what, int tableId, String name) {}

  private TableCheck() {}

  /**
   * @param lockTimeout how long the locks of the tables are waited for
   * @param rowLockTimeout the same for all locks after them
   * @return tables whose target has lost its view, which keeps no rows from being loaded
   * @throws StaleTables when a table, column, type, index or partition is not as the batch needs it
   * @throws RegistryChanged when the registry has another table under an id, or none
   */
  public static Set<Integer> check(
      Connection connection,
      List<CopyGroup> groups,
      Prepared prepared,
      Duration lockTimeout,
      Duration rowLockTimeout)
      throws SQLException {
    Map<String, TargetTable> tables = new TreeMap<>();
    groups.forEach(g -> tables.put(g.table().qualified(), g.table()));
    if (tables.isEmpty()) {
      return Set.of();
    }
    List<WantedPartition> partitions = partitions(tables.values(), prepared);
    lock(connection, tables, lockTimeout, rowLockTimeout);
    return judge(differences(connection, groups, tables.values(), partitions));
  }

  private static List<WantedPartition> partitions(
      Collection<TargetTable> tables, Prepared prepared) {
    List<WantedPartition> wanted = new ArrayList<>();
    for (TargetTable table : tables) {
      prepared.partitions(table.id()).forEach(name -> wanted.add(new WantedPartition(table, name)));
    }
    return wanted;
  }

  /** ROW EXCLUSIVE, as writers take it: it holds off changes of the tables, not other loaders. */
  private static void lock(
      Connection connection,
      Map<String, TargetTable> tables,
      Duration lockTimeout,
      Duration rowLockTimeout)
      throws SQLException {
    String names = tables.keySet().stream().map(n -> "only " + n).collect(Collectors.joining(", "));
    String sql =
        "set local lock_timeout = '%dms'; lock table %s in row exclusive mode; set local lock_timeout = '%dms'"
            .formatted(lockTimeout.toMillis(), names, rowLockTimeout.toMillis());
    try {
      Sql.execute(connection, sql);
    } catch (SQLException e) {
      if (SqlFates.isGone(e)) {
        throw new StaleTables(ids(tables.values()), e.getMessage(), e);
      }
      throw e;
    }
  }

  private static Set<Integer> ids(Collection<TargetTable> tables) {
    return tables.stream().map(TargetTable::id).collect(Collectors.toSet());
  }

  private static List<Difference> differences(
      Connection connection,
      List<CopyGroup> groups,
      Collection<TargetTable> tables,
      List<WantedPartition> partitions)
      throws SQLException {
    Set<Wanted> columns =
        groups.stream()
            .flatMap(g -> g.columns().stream().map(c -> new Wanted(g.table().id(), c)))
            .collect(Collectors.toSet());
    Map<Integer, String> keys = new TreeMap<>();
    groups.forEach(g -> keys.put(g.table().id(), keyLiteral(g)));
    return Sql.list(
        connection,
        DIFFERENCES,
        row -> new Difference(row.getString(1), row.getInt(2), row.getString(3)),
        Sql.array("int", tables, TargetTable::id),
        Sql.array("text", tables, TargetTable::schema),
        Sql.array("text", tables, TargetTable::name),
        Sql.array("int", tables, t -> t.merge() ? t.counters().size() : Integer.MAX_VALUE),
        Sql.array("text", tables, t -> keys.get(t.id())),
        Sql.array("text", tables, t -> t.layout() == Layout.ROWS ? null : t.view()),
        Sql.array("int", columns, Wanted::tableId),
        Sql.array("text", columns, w -> w.column.name()),
        Sql.array("bigint", columns, w -> (long) w.column.type().oid()),
        Sql.array("int", partitions, p -> p.table.id()),
        Sql.array("text", partitions, WantedPartition::name));
  }

  /** As the literal of an array. */
  private static String keyLiteral(CopyGroup group) {
    return group.key().stream()
        .map(name -> '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static Set<Integer> judge(List<Difference> differences) {
    Set<Integer> withoutView = new HashSet<>();
    Set<Integer> stale = new HashSet<>();
    List<String> words = new ArrayList<>();
    for (Difference difference : differences) {
      switch (difference.what) {
        case "registry" -> throw RegistryChanged.of(difference.tableId, difference.name);
        case "view" -> withoutView.add(difference.tableId);
        default -> {
          stale.add(difference.tableId);
          words.add(difference.what + " " + difference.name);
        }
      }
    }
    if (!stale.isEmpty()) {
      throw new StaleTables(
          stale, "changed since they were last read: " + String.join(", ", words), null);
    }
    return withoutView;
  }
}
