package io.sluice.pgtask.partition;

import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.PartitionSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * Moves rows out of a default partition into partitions that do not exist yet, where they are too
 * many for one transaction ({@link MoveFromDefaultStep} does the rest).
 */
@FunctionalInterface
public interface DefaultDrain {

  /**
   * Makes each partition ({@link PartitionSql#make}), moves its rows in batches of {@link
   * PartitionSpec.DefaultPartition#batch}, and attaches it. What an earlier run left half done is
   * carried on. While a partition is filled it has a name of the drain's own, {@code
   * <table>__sluice_…}; under its final name rotation takes it for somebody's table.
   *
   * @param parent as it was when the run planned
   * @param missing partitions of which the default partition holds rows, oldest first; empty if
   *     there is nothing new, but perhaps something to carry on
   */
  void drain(
      TaskRun run,
      PartitionedTable parent,
      List<NewPartition> missing,
      PartitionSql sql,
      PartitionSpec spec)
      throws SQLException;

  /** Tables it is making, which an earlier run began and {@link #drain} carries on. */
  default Set<TableName> underWay(Connection connection, TableName defaultPartition)
      throws SQLException {
    return Set.of();
  }
}
