package io.sluice.pgtask.partition;

import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import java.util.Optional;

/**
 * One table in one run.
 *
 * @param horizon what is now, and how far partitions reach
 * @param feedTable set if the loader made it
 */
record RotatedTable(
    PartitionedTable table,
    Periods periods,
    RotationWindow horizon,
    Optional<FeedTable> feedTable) {

  TableName name() {
    return table.name();
  }
}
