package io.sluice.pgtask.partition;

import io.sluice.core.catalog.Names;
import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Names for partitions to make.
 *
 * @param partitions to make, in the order given
 * @param taken names that something else has, which a person must look at
 */
record NewPartitionNames(List<NewPartition> partitions, List<TableName> taken) {

  static NewPartitionNames of(Connection connection, RotatedTable rotated, List<Bounds> wanted)
      throws SQLException {
    List<NewPartition> named = new ArrayList<>();
    Set<String> used = new HashSet<>();
    for (Partition partition : rotated.table().partitions()) {
      if (partition.name().schema().equals(rotated.name().schema())) {
        used.add(partition.name().name());
      }
    }
    for (Bounds bounds : wanted) {
      named.add(new NewPartition(name(rotated, bounds, used), bounds));
    }
    Set<String> there = there(connection, named, rotated.name().schema());
    List<TableName> taken =
        named.stream().map(NewPartition::name).filter(n -> there.contains(n.name())).toList();
    named.removeIf(p -> there.contains(p.name().name()));
    return new NewPartitionNames(named, taken);
  }

  /** The period's name; where neighbours cut a period into parts, the others get a number. */
  private static TableName name(RotatedTable rotated, Bounds bounds, Set<String> used) {
    Periods periods = rotated.periods();
    String base = periods.name(rotated.name().name(), periods.startOf(bounds.from()));
    String name = base;
    for (int n = 2; !used.add(name); n++) {
      name = Names.withSuffix(base, "_" + n);
    }
    return rotated.name().sibling(name);
  }

  private static Set<String> there(Connection connection, List<NewPartition> named, String schema)
      throws SQLException {
    String sql =
        """
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = ? and c.relname = any (?)
        """;
    return new HashSet<>(
        Sql.strings(connection, sql, schema, Sql.array("text", named, p -> p.name().name())));
  }
}
