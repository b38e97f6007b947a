package io.sluice.pgtask.partition;

import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.task.PartitionSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which partitions a table lacks.
 *
 * @param wanted the most urgent first: of now, ahead, then gaps from the newest
 * @param more whether there are more than one run may make
 * @param older periods of the window that are made only if the default partition holds rows of them
 */
record MissingPartitions(List<Bounds> wanted, boolean more, List<Bounds> older) {

  /** How many older periods are looked for in a default partition. */
  private static final int OLDER = 1000;

  /**
   * @param held partitions that were restored for a while; they do not make gaps
   */
  static MissingPartitions of(RotatedTable rotated, PartitionSpec spec, Set<Long> held) {
    RotationWindow window = rotated.window();
    FreeRanges free = new FreeRanges(rotated.table(), rotated.periods());
    int limit = spec.most() + 1;
    List<Bounds> wanted = new ArrayList<>(free.ascending(window.current(), window.end(), limit));
    long gapsFrom =
        spec.gaps() ? Math.max(window.first(), oldest(rotated, held)) : window.current();
    wanted.addAll(free.descending(gapsFrom, window.current(), limit - wanted.size()));
    boolean more = wanted.size() == limit;
    long olderTo = Math.min(gapsFrom, window.current());
    List<Bounds> older =
        rotated.table().defaultPart().isPresent() && !more
            ? free.descending(olderFrom(rotated, olderTo), olderTo, OLDER)
            : List.of();
    return new MissingPartitions(more ? wanted.subList(0, spec.most()) : wanted, more, older);
  }

  /** Below it there are no gaps: the oldest partition's start, or end if it begins nowhere. */
  private static long oldest(RotatedTable rotated, Set<Long> held) {
    for (Partition partition : rotated.table().partitions()) {
      if (!held.contains(partition.oid())) {
        Bounds bounds = partition.bounds();
        long from = bounds.from() == KeyType.MIN ? bounds.to() : bounds.from();
        return Math.min(from, rotated.window().current());
      }
    }
    return rotated.window().current();
  }

  private static long olderFrom(RotatedTable rotated, long to) {
    if (rotated.window().first() != KeyType.MIN) {
      return rotated.window().first();
    }
    long from = to;
    for (int i = 0; i < OLDER; i++) {
      from = rotated.periods().previous(from);
    }
    return from;
  }
}
