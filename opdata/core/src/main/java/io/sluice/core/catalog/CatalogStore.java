package io.sluice.core.catalog;

import io.sluice.core.chunk.PgType;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedFormat;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Catalog's statements. Registrations take one advisory lock, so that names and limits are decided
 * once.
 */
final class CatalogStore {

  private static final long LOCK = 0x736c_7569_6365_02L; // any constant: "sluice", catalog

  private CatalogStore() {}

  static Target target(Connection connection, Feed feed, TargetName name) throws SQLException {
    Target known = find(connection, name);
    if (known != null) {
      return known;
    }
    lock(connection);
    known = find(connection, name);
    if (known != null) {
      return known;
    }
    SchemaBudget.checkTables(connection, feed);
    Set<String> taken = takenTables(connection, name.schema());
    String table = Names.unique(name.sourceName(), "", taken);
    int id = insertTarget(connection, feed, name, table);
    int main = insertPart(connection, id, "main", 1, table);
    return new Target(id, name.schema(), table, name.sourceName(), main);
  }

  private static void lock(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select pg_advisory_xact_lock(?)")) {
      statement.setLong(1, LOCK);
      statement.executeQuery().close();
    }
  }

  private static Target find(Connection connection, TargetName name) throws SQLException {
    String sql =
        """
        select g.id, g.name, t.id from sluice.target g
        join sluice.target_table t on t.target_id = g.id and t.kind = 'main' and t.part = 1
        where g.schema_name = ? and g.source_name = ?
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setString(1, name.schema());
      query.setString(2, name.sourceName());
      try (ResultSet row = query.executeQuery()) {
        return row.next()
            ? new Target(
                row.getInt(1), name.schema(), row.getString(2), name.sourceName(), row.getInt(3))
            : null;
      }
    }
  }

  private static Set<String> takenTables(Connection connection, String schema) throws SQLException {
    String sql =
        """
        select t.table_name from sluice.target g join sluice.target_table t on t.target_id = g.id
        where g.schema_name = ?
        union select name || '_v' from sluice.target where schema_name = ?
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setString(1, schema);
      query.setString(2, schema);
      return strings(query);
    }
  }

  private static Set<String> strings(PreparedStatement query) throws SQLException {
    try (ResultSet rows = query.executeQuery()) {
      Set<String> strings = new HashSet<>();
      while (rows.next()) {
        strings.add(rows.getString(1));
      }
      return strings;
    }
  }

  private static int insertTarget(Connection connection, Feed feed, TargetName name, String table)
      throws SQLException {
    String sql =
        """
        insert into sluice.target (schema_name, name, source_name, feed, layout, mode, time_column, key_columns)
        values (?, ?, ?, ?, ?, ?, ?, ?) returning id
        """;
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setString(1, name.schema());
      insert.setString(2, table);
      insert.setString(3, name.sourceName());
      insert.setString(4, feed.name());
      insert.setString(5, feed.target().layout().id());
      insert.setString(6, feed.target().mode().name().toLowerCase(Locale.ROOT));
      insert.setString(7, feed.target().time().map(Names::normalise).orElse(null));
      Object[] key = feed.target().key().stream().map(Names::normalise).toArray();
      insert.setArray(8, connection.createArrayOf("text", key));
      return id(insert);
    }
  }

  static int insertPart(Connection connection, int target, String kind, int part, String table)
      throws SQLException {
    String sql =
        "insert into sluice.target_table (target_id, kind, part, table_name) values (?, ?, ?, ?)"
            + " returning id";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setInt(1, target);
      insert.setString(2, kind);
      insert.setInt(3, part);
      insert.setString(4, table);
      return id(insert);
    }
  }

  private static int id(PreparedStatement insert) throws SQLException {
    try (ResultSet row = insert.executeQuery()) {
      row.next();
      return row.getInt(1);
    }
  }

  static List<TargetColumn> columns(Connection connection, Target target) throws SQLException {
    String sql =
        """
        select c.table_id, t.table_name, c.counter, c.kind, c.column_name, c.type, c.ordinal
        from sluice.counter c join sluice.target_table t on t.id = c.table_id
        where c.target_id = ? order by c.ordinal
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setInt(1, target.id());
      try (ResultSet rows = query.executeQuery()) {
        List<TargetColumn> columns = new ArrayList<>();
        while (rows.next()) {
          columns.add(
              new TargetColumn(
                  rows.getInt(1),
                  rows.getString(2),
                  rows.getString(3),
                  ValueKind.valueOf(rows.getString(4).toUpperCase(Locale.ROOT)),
                  rows.getString(5),
                  PgType.ofSql(rows.getString(6)).orElseThrow(),
                  rows.getInt(7)));
        }
        return columns;
      }
    }
  }

  static Map<String, PgType> typesInDatabase(Connection connection, Target target)
      throws SQLException {
    String sql =
        """
        select a.attname, a.atttypid::int8 from pg_attribute a
        join pg_class r on r.oid = a.attrelid join pg_namespace n on n.oid = r.relnamespace
        where n.nspname = ? and r.relname = ? and a.attnum > 0 and not a.attisdropped
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setString(1, target.schema());
      query.setString(2, target.name());
      try (ResultSet rows = query.executeQuery()) {
        Map<String, PgType> types = new HashMap<>();
        while (rows.next()) {
          String column = rows.getString(1);
          PgType.ofOid(rows.getInt(2)).ifPresent(type -> types.put(column, type));
        }
        return types;
      }
    }
  }

  /** Registers what is still missing and returns all columns of the target. */
  static List<TargetColumn> register(
      Connection connection, Feed feed, Target target, List<ColumnKey> wanted) throws SQLException {
    lock(connection);
    List<TargetColumn> known = columns(connection, target);
    List<ColumnKey> missing = wanted.stream().filter(w -> !has(known, w)).toList();
    if (missing.isEmpty()) {
      return known;
    }
    SchemaBudget.checkColumns(connection, feed, target, missing.size());
    TableParts parts =
        TableParts.read(connection, target, takenTables(connection, target.schema()));
    Set<String> taken =
        feed.format() instanceof FeedFormat.Pm
            ? new HashSet<>(Names.BESIDE_COUNTERS)
            : new HashSet<>();
    known.forEach(c -> taken.add(c.column()));
    int ordinal = known.size();
    for (ColumnKey key : missing) {
      String column = Names.unique(key.counter(), key.kind().suffix(), taken);
      taken.add(column);
      insertColumn(connection, feed, target, parts.place(connection, key), key, column, ordinal++);
    }
    parts.save(connection);
    return columns(connection, target);
  }

  private static boolean has(List<TargetColumn> known, ColumnKey key) {
    return known.stream()
        .anyMatch(c -> c.counter().equals(key.counter()) && c.kind() == key.kind());
  }

  private static void insertColumn(
      Connection connection,
      Feed feed,
      Target target,
      int tableId,
      ColumnKey key,
      String column,
      int ordinal)
      throws SQLException {
    String sql =
        """
        insert into sluice.counter (table_id, target_id, counter, kind, column_name, type, ordinal, feed)
        values (?, ?, ?, ?, ?, ?, ?, ?)
        """;
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setInt(1, tableId);
      insert.setInt(2, target.id());
      insert.setString(3, key.counter());
      insert.setString(4, key.kind().id());
      insert.setString(5, column);
      insert.setString(6, key.type().sql());
      insert.setInt(7, ordinal);
      insert.setString(8, feed.name());
      insert.executeUpdate();
    }
  }
}
