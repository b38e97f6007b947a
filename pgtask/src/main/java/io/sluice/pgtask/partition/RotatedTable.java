package io.sluice.pgtask.partition;

import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import java.util.Optional;

/**
 * One table in one run.
 *
 * @param window what is now, and how far partitions reach
 * @param feedTable set if the loader made it
 * @param doubt why now cannot be trusted, and what to do; nothing expires then
 */
record RotatedTable(
    PartitionedTable table,
    Periods periods,
    RotationWindow window,
    Optional<FeedTable> feedTable,
    Optional<String> doubt) {

  TableName name() {
    return table.name();
  }
}
