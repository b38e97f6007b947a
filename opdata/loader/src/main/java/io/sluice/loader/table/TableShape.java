package io.sluice.loader.table;

import io.sluice.core.chunk.Column;
import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A table as PostgreSQL has it.
 *
 * @param partitioned whether it is a partitioned table
 * @param types OIDs of its columns' types by name, in order
 * @param required columns that take no NULL
 */
record TableShape(boolean partitioned, Map<String, Integer> types, Set<String> required) {

  private static final String COLUMNS =
      """
      select c.relkind = 'p' as partitioned, a.attname, a.atttypid::int8, a.attnotnull
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where n.nspname = ? and c.relname = ? and c.relkind in ('r', 'p', 'f', 'v') order by a.attnum
      """;

  private record Attribute(boolean ofPartitioned, String name, int type, boolean required) {}

  static Optional<TableShape> read(Connection connection, String schema, String table)
      throws SQLException {
    List<Attribute> columns =
        Sql.list(
            connection,
            COLUMNS,
            row ->
                new Attribute(
                    row.getBoolean(1), row.getString(2), (int) row.getLong(3), row.getBoolean(4)),
            schema,
            table);
    if (columns.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Integer> types = new LinkedHashMap<>();
    Set<String> required = new HashSet<>();
    for (Attribute column : columns) {
      types.put(column.name, column.type);
      if (column.required) {
        required.add(column.name);
      }
    }
    return Optional.of(new TableShape(columns.get(0).ofPartitioned, types, required));
  }

  boolean has(Column column) {
    Integer type = types.get(column.name());
    return type != null && type == column.type().oid();
  }
}
