package io.sluice.loader.check;

import io.sluice.core.chunk.UsedIds;
import io.sluice.core.fate.SqlFates;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.loader.table.RegistryChanged;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Compares the ids that a chunk's rows use with the dimension tables as they are now: one query a
 * table. Until the commit nobody can truncate or drop them, for they were read.
 */
public final class IdCheck {

  private record Name(String schema, String table) {

    String qualified() {
      return SqlNames.qualified(schema, table);
    }
  }

  private IdCheck() {}

  /**
   * @throws RegistryChanged when an id stands for another key than it did
   */
  public static void check(Connection connection, List<UsedIds> used) throws SQLException {
    Map<Name, Map<Integer, UUID>> byTable = new LinkedHashMap<>();
    for (UsedIds ids : used) {
      byTable
          .computeIfAbsent(new Name(ids.schema(), ids.table()), n -> new HashMap<>())
          .putAll(ids.keys());
    }
    for (Map.Entry<Name, Map<Integer, UUID>> table : byTable.entrySet()) {
      check(connection, table.getKey(), table.getValue());
    }
  }

  private static void check(Connection connection, Name table, Map<Integer, UUID> ids)
      throws SQLException {
    String sql =
        "select u.id from unnest(?::int[], ?::uuid[]) as u (id, key) left join %s d on d.id = u.id where d.key is distinct from u.key limit 1"
            .formatted(table.qualified());
    Optional<Integer> other;
    try {
      other =
          Sql.first(
              connection,
              sql,
              row -> row.getInt(1),
              Sql.ints(ids.keySet()),
              Sql.array("uuid", ids.values(), key -> key));
    } catch (SQLException e) {
      if (SqlFates.isGone(e)) {
        throw new RegistryChanged("%s.%s is gone".formatted(table.schema, table.table), e);
      }
      throw e;
    }
    if (other.isPresent()) {
      throw new RegistryChanged(
          "id %d of %s.%s names something else than when the files were handled"
              .formatted(other.get(), table.schema, table.table),
          null);
    }
  }
}
