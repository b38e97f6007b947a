package io.sluice.pgtask.partition;

import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.task.HumanFormat;
import io.sluice.pgtask.task.PartitionSpec;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which partitions are to go, oldest first, and why: by age or ids, and by size. */
final class DuePartitions {

  private DuePartitions() {}

  /** Those that could go at all: ended before now, and not restored for a while. */
  static List<Partition> past(RotatedTable rotated, Collection<TableName> held) {
    long now = rotated.window().now();
    return rotated.table().partitions().stream()
        .filter(p -> p.bounds().to() != KeyType.MAX && p.bounds().to() <= now)
        .filter(p -> !p.detachPending() && !held.contains(p.name()))
        .toList();
  }

  /**
   * @param past as of {@link #past}
   * @param sizes of all partitions and the default partition, by oid; needed only with keepBytes
   */
  static Map<Partition, String> due(
      RotatedTable rotated, PartitionSpec spec, List<Partition> past, Map<Long, Long> sizes) {
    Map<Partition, String> due = new LinkedHashMap<>();
    long expiry = rotated.window().expiry();
    long total = sizes.values().stream().mapToLong(Long::longValue).sum();
    long most = spec.keepBytes().orElse(Long.MAX_VALUE);
    for (Partition partition : past) {
      String end = partition.bounds().upper();
      if (partition.bounds().to() <= expiry) {
        due.put(partition, "it ended at " + end + ", longer ago than the retention");
      } else if (total > most) {
        due.put(
            partition,
            "the table has %s, %s are kept, and this partition is the oldest"
                .formatted(HumanFormat.bytes(total), HumanFormat.bytes(most)));
      } else {
        break;
      }
      total -= sizes.getOrDefault(partition.oid(), 0L);
    }
    return due;
  }
}
