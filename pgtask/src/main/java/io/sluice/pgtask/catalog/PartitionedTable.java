package io.sluice.pgtask.catalog;

import java.util.List;
import java.util.Optional;

/**
 * A table partitioned by ranges of one column, as the catalogue has it.
 *
 * @param owner role
 * @param key column, unquoted
 * @param defaultPart its default partition, if any
 * @param partition whether it is itself a partition of another table
 * @param partitions by their bounds, ascending, without the default partition
 */
public record PartitionedTable(
    long oid,
    TableName name,
    String owner,
    String key,
    KeyType type,
    Optional<DefaultPart> defaultPart,
    boolean partition,
    List<Partition> partitions) {

  public PartitionedTable {
    partitions = List.copyOf(partitions);
  }

  /** The partition that ends last. */
  public Optional<Partition> newest() {
    return partitions.isEmpty()
        ? Optional.empty()
        : Optional.of(partitions.get(partitions.size() - 1));
  }

  /** The newest partition that begins and ends somewhere, from which a width can be taken. */
  public Optional<Partition> newestWithBounds() {
    return partitions.stream()
        .filter(p -> p.bounds().from() != KeyType.MIN && p.bounds().to() != KeyType.MAX)
        .reduce((older, newer) -> newer);
  }

  /** The partition that begins first. */
  public Optional<Partition> oldest() {
    return partitions.isEmpty() ? Optional.empty() : Optional.of(partitions.get(0));
  }

  /** Whether some partition has sub-partitions. */
  public boolean nested() {
    return partitions.stream().anyMatch(Partition::partitioned);
  }

  /** Whether partitions, detaching ones included, leave no value between the two free. */
  public boolean covers(long from, long to) {
    long reached = from;
    for (Partition partition : partitions) {
      if (partition.bounds().from() > reached) {
        break;
      }
      reached = Math.max(reached, partition.bounds().to());
    }
    return reached >= to;
  }
}
