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
 * Makes the partitions that ATTACH cannot make beside a default partition: because it holds rows of
 * them, or is too large to be read under a lock.
 */
public interface DefaultDrain {

  /**
   * Copies the rows to new partitions ({@link PartitionSql#make}) and a new default partition, and
   * lets all of them take the old one's place at once. What an earlier run left half done is
   * carried on.
   *
   * @param parent as it was when the run planned
   * @param missing partitions to make, oldest first; empty if there is nothing new, but perhaps
   *     something to carry on
   */
  void drain(
      TaskRun run,
      PartitionedTable parent,
      List<NewPartition> missing,
      PartitionSql sql,
      PartitionSpec spec)
      throws SQLException;

  /** Tables it is making, which an earlier run began and {@link #drain} carries on. */
  Set<TableName> underWay(Connection connection, TableName defaultPartition) throws SQLException;
}
