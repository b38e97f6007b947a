package io.sluice.pgtask.partition;

import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.PartitionedTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The largest id of a table, without its default partition, whose ids may be wild. Reads the newest
 * partition that has rows: quick with an index that begins with the key, else its whole scan.
 */
final class LargestId {

  private LargestId() {}

  /** The largest id; of an empty table the start of its oldest partition, else 0. */
  static long read(Connection connection, PartitionedTable table) throws SQLException {
    List<Partition> partitions = table.partitions();
    for (int i = partitions.size() - 1; i >= 0; i--) {
      if (!partitions.get(i).detachPending()) {
        String sql =
            "select floor(max(%s))::int8 from %s"
                .formatted(SqlNames.quote(table.key()), partitions.get(i).name().sql());
        try (Statement statement = connection.createStatement();
            ResultSet row = statement.executeQuery(sql)) {
          row.next();
          long id = row.getLong(1);
          if (!row.wasNull()) {
            return id;
          }
        }
      }
    }
    return table
        .oldest()
        .map(p -> p.bounds().from())
        .filter(from -> from != KeyType.MIN)
        .orElse(0L);
  }
}
