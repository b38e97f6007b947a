package io.sluice.handler.encode;

import io.sluice.core.feed.FeedTarget.Partitioning.By;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The partitions a segment's rows need: the start of each interval of the feed's zone that has a
 * row.
 */
final class PartitionStarts {

  private final By by;
  private final ZoneId zone;
  private final Set<Long> starts = new TreeSet<>();
  private long from = Long.MAX_VALUE;
  private long until = Long.MIN_VALUE;

  PartitionStarts(By by, ZoneId zone) {
    this.by = by;
    this.zone = zone;
  }

  /**
   * A row at this time, microseconds since 1970. Rows of one interval in a row cost two
   * comparisons.
   */
  void add(long micros) {
    if (by == By.NONE || (micros >= from && micros < until)) {
      return;
    }
    ZonedDateTime start = start(instant(micros).atZone(zone));
    from = micros(start);
    until = micros(next(start));
    starts.add(from);
  }

  private ZonedDateTime start(ZonedDateTime time) {
    LocalDate day = time.toLocalDate();
    return switch (by) {
      case HOUR -> time.truncatedTo(ChronoUnit.HOURS);
      case DAY -> day.atStartOfDay(zone);
      case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).atStartOfDay(zone);
      case MONTH -> day.withDayOfMonth(1).atStartOfDay(zone);
      case NONE -> throw new IllegalStateException("no partitions");
    };
  }

  private ZonedDateTime next(ZonedDateTime start) {
    LocalDate day = start.toLocalDate();
    return switch (by) {
      case HOUR -> start.plusHours(1);
      case DAY -> day.plusDays(1).atStartOfDay(zone);
      case WEEK -> day.plusWeeks(1).atStartOfDay(zone);
      case MONTH -> day.plusMonths(1).atStartOfDay(zone);
      case NONE -> throw new IllegalStateException("no partitions");
    };
  }

  List<Long> list() {
    return new ArrayList<>(starts);
  }

  void clear() {
    starts.clear();
    from = Long.MAX_VALUE;
    until = Long.MIN_VALUE;
  }

  private static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
  }

  private static long micros(ZonedDateTime time) {
    return time.toEpochSecond() * 1_000_000L;
  }
}
