package io.sluice.core.feed;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Year;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;

/**
 * What the dates in the names of a path say so far: a span of time, the shorter the more is known.
 */
record PathDates(Map<PathDates.Field, Integer> fields) {

  static final PathDates UNKNOWN = new PathDates(Map.of());

  /** A part of a date, by its letters in {@link java.time.format.DateTimeFormatter}. */
  enum Field {
    YEAR("yyyy", "uuuu"),
    SHORT_YEAR("yy", "uu"),
    MONTH("MM"),
    DAY("dd"),
    DAY_OF_YEAR("DDD"),
    HOUR("HH"),
    MINUTE("mm"),
    SECOND("ss");

    private final String letters;
    private final String alias;

    Field(String letters) {
      this(letters, letters);
    }

    Field(String letters, String alias) {
      this.letters = letters;
      this.alias = alias;
    }

    static Optional<Field> of(String letters) {
      return Arrays.stream(values())
          .filter(field -> field.letters.equals(letters) || field.alias.equals(letters))
          .findFirst();
    }
  }

  /** From (inclusive) to (exclusive). */
  record Span(Instant from, Instant to) {}

  /** These dates and those of one more name; where both say something, the new one wins. */
  PathDates with(List<Field> groups, MatchResult match) {
    if (groups.isEmpty()) {
      return this;
    }
    Map<Field, Integer> all = new EnumMap<>(Field.class);
    all.putAll(fields);
    for (int i = 0; i < groups.size(); i++) {
      String digits = match.group(i + 1);
      if (digits != null) {
        all.put(groups.get(i), Integer.valueOf(digits));
      }
    }
    return new PathDates(all);
  }

  /** False if the digits are no date, such as month 13. */
  boolean valid(ZoneId zone) {
    try {
      span(zone);
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }

  /**
   * The time that the dates leave possible; empty if the year is not known.
   *
   * @throws DateTimeException if they are no date
   */
  Optional<Span> span(ZoneId zone) {
    Optional<Integer> year = year();
    if (year.isEmpty()) {
      return Optional.empty();
    }
    LocalDate date = LocalDate.of(year.get(), fields.getOrDefault(Field.MONTH, 1), 1);
    ChronoUnit unit = fields.containsKey(Field.MONTH) ? ChronoUnit.MONTHS : ChronoUnit.YEARS;
    if (fields.containsKey(Field.DAY_OF_YEAR)) {
      date = Year.of(year.get()).atDay(fields.get(Field.DAY_OF_YEAR));
      unit = ChronoUnit.DAYS;
    } else if (fields.containsKey(Field.MONTH) && fields.containsKey(Field.DAY)) {
      date = date.withDayOfMonth(fields.get(Field.DAY));
      unit = ChronoUnit.DAYS;
    }
    return Optional.of(withTime(date, unit, zone));
  }

  private Optional<Integer> year() {
    return fields.containsKey(Field.YEAR)
        ? Optional.of(fields.get(Field.YEAR))
        : Optional.ofNullable(fields.get(Field.SHORT_YEAR)).map(year -> 2000 + year);
  }

  private Span withTime(LocalDate date, ChronoUnit dateUnit, ZoneId zone) {
    LocalDateTime from = date.atStartOfDay();
    ChronoUnit unit = dateUnit;
    if (unit == ChronoUnit.DAYS && fields.containsKey(Field.HOUR)) {
      boolean minute = fields.containsKey(Field.MINUTE);
      boolean second = minute && fields.containsKey(Field.SECOND);
      from = minute ? time(date, second) : date.atTime(fields.get(Field.HOUR), 0);
      unit = second ? ChronoUnit.SECONDS : minute ? ChronoUnit.MINUTES : ChronoUnit.HOURS;
    }
    return new Span(from.atZone(zone).toInstant(), from.plus(1, unit).atZone(zone).toInstant());
  }

  /** 24:00 is the next day's 00:00, as ISO 8601 has it. */
  private LocalDateTime time(LocalDate date, boolean hasSecond) {
    int hour = fields.get(Field.HOUR);
    int minute = fields.get(Field.MINUTE);
    int second = hasSecond ? fields.get(Field.SECOND) : 0;
    boolean endOfDay = hour == 24 && minute == 0 && second == 0;
    return endOfDay ? date.plusDays(1).atStartOfDay() : date.atTime(hour, minute, second);
  }
}
