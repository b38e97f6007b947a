package io.sluice.pgtask.partition;

import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.expired.ExpiredLedger.ExpiringPartition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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

  /** The same with one more partition, one that is detached. */
  RotatedTable with(Partition detached) {
    List<Partition> partitions = new ArrayList<>(table.partitions());
    partitions.removeIf(p -> p.oid() == detached.oid());
    partitions.add(detached);
    partitions.sort(Comparator.comparingLong(p -> p.bounds().from()));
    PartitionedTable with =
        new PartitionedTable(
            table.oid(),
            table.name(),
            table.owner(),
            table.key(),
            table.type(),
            table.defaultPart(),
            table.partition(),
            partitions);
    return new RotatedTable(with, periods, window, feedTable, doubt);
  }

  /** A partition that was detached from it, as it was; empty if its bounds are of another type. */
  Optional<Partition> detached(ExpiringPartition one) {
    return Bounds.read(table.type(), one.lower(), one.upper())
        .map(bounds -> new Partition(one.oid(), one.partition(), bounds, false, false));
  }

  TableName name() {
    return table.name();
  }
}
