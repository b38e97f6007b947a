package io.sluice.loader;

import io.sluice.core.chunk.Column;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Locks the tables of a batch and compares them with what its rows were encoded for: binary COPY of
 * 8-byte integers into doubles would succeed silently with garbage (D3). Three statements for the
 * whole batch.
 */
final class TableCheck {

  private static final String UNDEFINED_TABLE = "42P01";
  private static final String INVALID_SCHEMA = "3F000";

  private record Wanted(TargetTable table, Column column) {}

  private record WantedPartition(TargetTable table, String name) {}

  private TableCheck() {}

  /**
   * @throws StaleTables when a table, column, type or partition is not as the batch needs it
   */
  static void check(Connection connection, List<CopyGroup> groups, Prepared prepared)
      throws SQLException {
    Map<String, TargetTable> tables = new TreeMap<>();
    groups.forEach(g -> tables.put(g.table().qualified(), g.table()));
    if (tables.isEmpty()) {
      return;
    }
    lock(connection, tables);
    checkColumns(connection, groups);
    checkForms(connection, tables.values());
    checkPartitions(connection, tables, prepared);
  }

  /** ROW EXCLUSIVE, as writers take it: it holds off changes of the tables, not other loaders. */
  private static void lock(Connection connection, Map<String, TargetTable> tables)
      throws SQLException {
    String names = tables.keySet().stream().map(n -> "only " + n).collect(Collectors.joining(", "));
    try {
      Ddl.execute(connection, "lock table " + names + " in row exclusive mode");
    } catch (SQLException e) {
      if (UNDEFINED_TABLE.equals(e.getSQLState()) || INVALID_SCHEMA.equals(e.getSQLState())) {
        throw new StaleTables(ids(tables), e.getMessage(), e);
      }
      throw e;
    }
  }

  private static Set<Integer> ids(Map<String, TargetTable> tables) {
    return tables.values().stream().map(TargetTable::id).collect(Collectors.toSet());
  }

  private static void checkColumns(Connection connection, List<CopyGroup> groups)
      throws SQLException {
    Set<Wanted> wanted =
        groups.stream()
            .flatMap(g -> g.stored().stream().map(c -> new Wanted(g.table(), c)))
            .collect(Collectors.toSet());
    String sql =
        """
        select w.id, w.col, format_type(a.atttypid, a.atttypmod)
        from unnest(?::int[], ?::text[], ?::text[], ?::bigint[]) as w (id, tab, col, type)
        left join pg_attribute a on a.attrelid = w.tab::regclass and a.attname = w.col and a.attnum > 0
                                    and not a.attisdropped
        where a.atttypid::bigint is distinct from w.type
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setArray(1, LoadLedger.array(connection, "int", wanted, w -> w.table().id()));
      query.setArray(2, LoadLedger.array(connection, "text", wanted, w -> w.table().qualified()));
      query.setArray(3, LoadLedger.array(connection, "text", wanted, w -> w.column().name()));
      query.setArray(
          4, LoadLedger.array(connection, "bigint", wanted, w -> (long) w.column().type().oid()));
      throwIfAny(query, "columns");
    }
  }

  /**
   * A merge ends the other forms of a value, so it must know those that another loader's files
   * brought since.
   */
  private static void checkForms(Connection connection, Collection<TargetTable> tables)
      throws SQLException {
    List<TargetTable> merged = tables.stream().filter(TargetTable::merge).toList();
    if (merged.isEmpty()) {
      return;
    }
    String sql =
        """
        select w.id, w.tab, null from unnest(?::int[], ?::text[], ?::int[]) as w (id, tab, known)
        where w.known < (select count(*) from sluice.counter c
                         join pg_attribute a on a.attrelid = w.tab::regclass and a.attname = c.column_name
                                                and not a.attisdropped
                         where c.table_id = w.id)
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setArray(1, LoadLedger.array(connection, "int", merged, TargetTable::id));
      query.setArray(2, LoadLedger.array(connection, "text", merged, TargetTable::qualified));
      query.setArray(
          3, LoadLedger.array(connection, "int", merged, table -> table.counters().size()));
      throwIfAny(query, "columns");
    }
  }

  private static void checkPartitions(
      Connection connection, Map<String, TargetTable> tables, Prepared prepared)
      throws SQLException {
    List<WantedPartition> wanted = new ArrayList<>();
    for (TargetTable table : tables.values()) {
      prepared
          .partitions(table.id())
          .values()
          .forEach(name -> wanted.add(new WantedPartition(table, name)));
    }
    if (wanted.isEmpty()) {
      return;
    }
    String sql =
        """
        select w.id, w.part, null from unnest(?::int[], ?::text[], ?::text[]) as w (id, tab, part)
        where not exists (select from pg_inherits i join pg_class p on p.oid = i.inhrelid
                          where i.inhparent = w.tab::regclass and p.relname = w.part and not i.inhdetachpending)
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setArray(1, LoadLedger.array(connection, "int", wanted, w -> w.table().id()));
      query.setArray(2, LoadLedger.array(connection, "text", wanted, w -> w.table().qualified()));
      query.setArray(3, LoadLedger.array(connection, "text", wanted, WantedPartition::name));
      throwIfAny(query, "partitions");
    }
  }

  private static void throwIfAny(PreparedStatement query, String what) throws SQLException {
    Set<Integer> ids = new TreeSet<>();
    List<String> names = new ArrayList<>();
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        ids.add(rows.getInt(1));
        names.add(rows.getString(2));
      }
    }
    if (!ids.isEmpty()) {
      throw new StaleTables(ids, what + " are not as they were: " + names, null);
    }
  }
}
