package io.sluice.pgtask.partition;

import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.task.Interval;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;

/** Where periods of time begin: calendar periods of a zone, or fixed lengths from an anchor. */
sealed interface TimeGrid {

  /** Start of the period that holds a time. */
  Instant floor(Instant time);

  /** Start of the period after the one that begins at {@code start}. */
  Instant next(Instant start);

  /** What tells partitions apart in their names. */
  String suffix(Instant start);

  static TimeGrid of(Interval interval, ZoneId zone, Instant anchor) {
    if (interval instanceof Interval.Calendar calendar) {
      return new Calendar(calendar.unit(), zone);
    }
    if (interval instanceof Interval.Fixed fixed) {
      return new Fixed(fixed.length(), anchor);
    }
    throw new IllegalArgumentException("a time column has no periods of " + interval);
  }

  /** Hours, days, weeks from Monday, months, quarters, years: a day may have 23 or 25 hours. */
  record Calendar(Interval.Unit unit, ZoneId zone) implements TimeGrid {

    private static final DateTimeFormatter HOUR = DateTimeFormatter.ofPattern("yyyyMMdd'_'HHmm'z'");
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyyMMdd");
    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("yyyyMM");
    private static final DateTimeFormatter QUARTER = DateTimeFormatter.ofPattern("yyyy'q'Q");
    private static final DateTimeFormatter YEAR = DateTimeFormatter.ofPattern("yyyy");

    @Override
    public Instant floor(Instant time) {
      LocalDate day = time.atZone(zone).toLocalDate();
      return switch (unit) {
        case HOUR -> time.atZone(zone).truncatedTo(ChronoUnit.HOURS).toInstant();
        case DAY -> midnight(day);
        case WEEK -> midnight(day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)));
        case MONTH -> midnight(day.withDayOfMonth(1));
        case QUARTER -> midnight(day.with(IsoFields.DAY_OF_QUARTER, 1));
        case YEAR -> midnight(day.withDayOfYear(1));
      };
    }

    @Override
    public Instant next(Instant start) {
      LocalDate day = start.atZone(zone).toLocalDate();
      return switch (unit) {
        case HOUR -> start.plus(Duration.ofHours(1));
        case DAY -> midnight(day.plusDays(1));
        case WEEK -> midnight(day.plusWeeks(1));
        case MONTH -> midnight(day.plusMonths(1));
        case QUARTER -> midnight(day.plusMonths(3));
        case YEAR -> midnight(day.plusYears(1));
      };
    }

    private Instant midnight(LocalDate day) {
      return day.atStartOfDay(zone).toInstant();
    }

    @Override
    public String suffix(Instant start) {
      ZonedDateTime local = start.atZone(zone);
      return switch (unit) {
        case HOUR -> HOUR.format(start.atZone(ZoneOffset.UTC));
        case DAY, WEEK -> DAY.format(local);
        case MONTH -> MONTH.format(local);
        case QUARTER -> QUARTER.format(local);
        case YEAR -> YEAR.format(local);
      };
    }
  }

  /** The same length always, counted from an anchor. */
  record Fixed(Duration length, Instant anchor) implements TimeGrid {

    private static final DateTimeFormatter MINUTE =
        DateTimeFormatter.ofPattern("yyyyMMdd'_'HHmm'z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter SECOND =
        DateTimeFormatter.ofPattern("yyyyMMdd'_'HHmmss'z'").withZone(ZoneOffset.UTC);

    @Override
    public Instant floor(Instant time) {
      long micros = length.toNanos() / 1000;
      long since = KeyType.micros(time) - KeyType.micros(anchor);
      return anchor.plus(Math.floorDiv(since, micros) * micros, ChronoUnit.MICROS);
    }

    @Override
    public Instant next(Instant start) {
      return start.plus(length);
    }

    @Override
    public String suffix(Instant start) {
      boolean minutes = start.getEpochSecond() % 60 == 0 && start.getNano() == 0;
      return (minutes ? MINUTE : SECOND).format(start);
    }
  }
}
