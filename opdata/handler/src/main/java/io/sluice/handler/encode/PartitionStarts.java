package io.sluice.handler.encode;

import io.sluice.core.catalog.TimePartitions;
import io.sluice.core.feed.Feed;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The partitions a segment's rows need, by their starts. */
final class PartitionStarts {

  private final TimePartitions partitions;
  private final Set<Long> starts = new TreeSet<>();
  private long from = Long.MAX_VALUE;
  private long until = Long.MIN_VALUE;

  PartitionStarts(Feed feed) {
    partitions = new TimePartitions(feed.target().partition(), feed.zone());
  }

  /**
   * A row at this time, microseconds since 1970. Rows of one interval in a row cost two
   * comparisons.
   */
  void add(long micros) {
    if ((micros >= from && micros < until) || !partitions.partitioned()) {
      return;
    }
    Instant start = partitions.startOf(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
    from = micros(start);
    until = micros(partitions.next(start));
    starts.add(from);
  }

  List<Long> list() {
    return new ArrayList<>(starts);
  }

  void clear() {
    starts.clear();
    from = Long.MAX_VALUE;
    until = Long.MIN_VALUE;
  }

  private static long micros(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }
}
