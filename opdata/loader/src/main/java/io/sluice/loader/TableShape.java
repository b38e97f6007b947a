package io.sluice.loader;

import io.sluice.core.chunk.Column;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A table as PostgreSQL has it.
 *
 * @param partitioned whether it is a partitioned table
 * @param types OIDs of its columns' types by name, in order
 */
record TableShape(boolean partitioned, Map<String, Integer> types) {

  static Optional<TableShape> read(Connection connection, String schema, String table)
      throws SQLException {
    String sql =
        """
        select c.relkind = 'p', a.attname, a.atttypid
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where n.nspname = ? and c.relname = ? and c.relkind in ('r', 'p', 'f', 'v') order by a.attnum
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setString(1, schema);
      query.setString(2, table);
      try (ResultSet rows = query.executeQuery()) {
        Map<String, Integer> types = new LinkedHashMap<>();
        boolean found = false;
        boolean partitioned = false;
        while (rows.next()) {
          found = true;
          partitioned = rows.getBoolean(1);
          types.put(rows.getString(2), (int) rows.getLong(3));
        }
        return found ? Optional.of(new TableShape(partitioned, types)) : Optional.empty();
      }
    }
  }

  boolean has(Column column) {
    Integer type = types.get(column.name());
    return type != null && type == column.type().oid();
  }
}
