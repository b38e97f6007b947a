package io.sluice.pgtask.partition;

import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.PartitionSpec;
import java.sql.SQLException;
import java.util.List;

/**
 * Moves rows out of a default partition into partitions that do not exist yet, where they are too
 * many for one transaction ({@link MoveFromDefault} does the rest).
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
}
