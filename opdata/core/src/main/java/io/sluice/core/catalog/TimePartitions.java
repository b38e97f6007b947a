package io.sluice.core.catalog;

import io.sluice.core.feed.FeedTarget.Partitioning;
import io.sluice.core.feed.FeedTarget.Partitioning.By;
import io.sluice.core.yaml.Retention;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;

/**
 * Where the partitions of a target begin and end (D9): a partition holds [start, next start), as
 * PostgreSQL's range partitions do. Hours, days, weeks (from Monday) and months are those of the
 * feed's zone, so a day may have 23 or 25 hours.
 */
public record TimePartitions(Partitioning partitioning, ZoneId zone) {

  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyyMMdd");
  private static final DateTimeFormatter HOUR = DateTimeFormatter.ofPattern("yyyyMMdd'_'HHmm'z'");
  private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("yyyyMM");

  /** Whether there are partitions at all. */
  public boolean partitioned() {
    return partitioning.by() != By.NONE;
  }

  /** Start of the partition that holds a time. */
  public Instant startOf(Instant time) {
    LocalDate day = time.atZone(zone).toLocalDate();
    return switch (partitioning.by()) {
      case HOUR -> time.atZone(zone).truncatedTo(ChronoUnit.HOURS).toInstant();
      case DAY -> midnight(day);
      case WEEK -> midnight(day.with(TemporalAdjusters.previousOrSame(java.time.DayOfWeek.MONDAY)));
      case MONTH -> midnight(day.withDayOfMonth(1));
      case NONE -> Instant.EPOCH;
    };
  }

  /** The same for a time without zone, which is one of the feed's zone. */
  public Instant startOf(LocalDateTime time) {
    return startOf(instant(time, zone));
  }

  /** The same for a date. */
  public Instant startOf(LocalDate day) {
    return startOf(midnight(day));
  }

  /**
   * The instant by which a time without zone is sorted into partitions: of two the earlier, and
   * where clocks skip the time, the last instant before.
   */
  public static Instant instant(LocalDateTime time, ZoneId zone) {
    ZoneOffsetTransition change = zone.getRules().getTransition(time);
    return change == null || change.isOverlap()
        ? time.atZone(zone).toInstant()
        : change.getInstant().minus(1, ChronoUnit.MICROS);
  }

  /** Start of the partition after the one that begins at {@code start}. */
  public Instant next(Instant start) {
    LocalDate day = start.atZone(zone).toLocalDate();
    return switch (partitioning.by()) {
      case HOUR -> start.plus(Duration.ofHours(1));
      case DAY -> midnight(day.plusDays(1));
      case WEEK -> midnight(day.plusWeeks(1));
      case MONTH -> midnight(day.plusMonths(1));
      case NONE -> Instant.MAX;
    };
  }

  private Instant midnight(LocalDate day) {
    return day.atStartOfDay(zone).toInstant();
  }

  /** Whether a partition holds any time of the window, and so may be made. */
  public boolean mayMake(Instant start, Instant now) {
    return !start.isAfter(now.plus(partitioning.ahead()))
        && partitioning
            .keep()
            .map(keep -> next(start).isAfter(Retention.before(now, keep, zone)))
            .orElse(true);
  }

  /** Name of the partition of a table that begins at {@code start}. */
  public String name(String table, Instant start) {
    ZonedDateTime local = start.atZone(zone);
    String suffix =
        switch (partitioning.by()) {
          case HOUR -> HOUR.format(start.atZone(java.time.ZoneOffset.UTC));
          case DAY, WEEK -> DAY.format(local);
          case MONTH -> MONTH.format(local);
          case NONE -> "";
        };
    return Names.withSuffix(table, "_p" + suffix);
  }
}
