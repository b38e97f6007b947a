package io.sluice.core.catalog;

import io.sluice.core.chunk.PgType;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedFormat;
import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Catalog's statements. Registrations take one advisory lock, so that names and limits are decided
 * once.
 */
final class CatalogStore {

  private static final long LOCK = 0x736c_7569_6365_02L; // any constant: "sluice", catalog

  private CatalogStore() {}

  /**
   * The target as the feed declares it now; one that is registered otherwise is brought in line.
   */
  static Target target(Connection connection, Feed feed, TargetName name) throws SQLException {
    Declaration declared = Declaration.of(feed);
    Optional<RegisteredTarget> known = RegisteredTarget.find(connection, name);
    if (known.isPresent()
        && known.get().agrees(declared)
        && known.get().hasTypesOf(connection, feed)) {
      return known.get().target();
    }
    lock(connection);
    known = RegisteredTarget.find(connection, name);
    if (known.isPresent() && Redeclaration.keeps(connection, known.get(), feed, declared)) {
      return known.get().target();
    }
    SchemaBudget.checkTables(connection, feed);
    Set<String> taken = takenTables(connection, name.schema());
    String table = Names.unique(name.sourceName(), "", taken);
    int id = insertTarget(connection, feed, name, table, declared);
    int main = insertPart(connection, id, "main", 1, table);
    return new Target(id, name.schema(), table, name.sourceName(), main);
  }

  private static void lock(Connection connection) throws SQLException {
    Sql.exists(connection, "select pg_advisory_xact_lock(?)", LOCK);
  }

  private static Set<String> takenTables(Connection connection, String schema) throws SQLException {
    String sql =
        """
        select t.table_name from sluice.target g join sluice.target_table t on t.target_id = g.id
        where g.schema_name = ?
        union select name || '_v' from sluice.target where schema_name = ?
        """;
    return new HashSet<>(Sql.strings(connection, sql, schema, schema));
  }

  private static int insertTarget(
      Connection connection, Feed feed, TargetName name, String table, Declaration declared)
      throws SQLException {
    String sql =
        """
        insert into sluice.target (schema_name, name, source_name, feed, layout, mode, time_column, key_columns)
        values (?, ?, ?, ?, ?, ?, ?, ?) returning id
        """;
    return (int)
        Sql.number(
            connection,
            sql,
            name.schema(),
            table,
            name.sourceName(),
            feed.name(),
            declared.layout(),
            declared.mode(),
            declared.time(),
            Sql.texts(declared.key()));
  }

  static int insertPart(Connection connection, int target, String kind, int part, String table)
      throws SQLException {
    String sql =
        "insert into sluice.target_table (target_id, kind, part, table_name) values (?, ?, ?, ?)"
            + " returning id";
    return (int) Sql.number(connection, sql, target, kind, part, table);
  }

  static List<TargetColumn> columns(Connection connection, Target target) throws SQLException {
    String sql =
        """
        select c.table_id, t.table_name, c.counter, c.kind, c.column_name, c.type, c.ordinal
        from sluice.counter c join sluice.target_table t on t.id = c.table_id
        where c.target_id = ? order by c.ordinal
        """;
    return Sql.list(
        connection,
        sql,
        row ->
            new TargetColumn(
                row.getInt(1),
                row.getString(2),
                row.getString(3),
                ValueKind.valueOf(row.getString(4).toUpperCase(Locale.ROOT)),
                row.getString(5),
                PgType.ofSql(row.getString(6)).orElseThrow(),
                row.getInt(7)),
        target.id());
  }

  static Map<String, PgType> typesInDatabase(Connection connection, Target target)
      throws SQLException {
    String sql =
        """
        select a.attname, a.atttypid::int8 from pg_attribute a
        join pg_class r on r.oid = a.attrelid join pg_namespace n on n.oid = r.relnamespace
        where n.nspname = ? and r.relname = ? and a.attnum > 0 and not a.attisdropped
        """;
    Map<String, PgType> types = new HashMap<>();
    Sql.map(
            connection,
            sql,
            row -> row.getString(1),
            row -> PgType.ofOid(row.getInt(2)),
            target.schema(),
            target.name())
        .forEach((column, type) -> type.ifPresent(known -> types.put(column, known)));
    return types;
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
    Sql.update(
        connection,
        """
        insert into sluice.counter (table_id, target_id, counter, kind, column_name, type, ordinal, feed)
        values (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        tableId,
        target.id(),
        key.counter(),
        key.kind().id(),
        column,
        key.type().sql(),
        ordinal,
        feed.name());
  }
}
