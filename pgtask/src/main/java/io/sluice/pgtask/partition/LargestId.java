package io.sluice.pgtask.partition;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.PartitionedTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

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
        Optional<Long> id = Sql.first(connection, sql, row -> row.getObject(1, Long.class));
        if (id.isPresent()) {
          return id.get();
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
