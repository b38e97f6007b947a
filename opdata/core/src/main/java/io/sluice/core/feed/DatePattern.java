package io.sluice.core.feed;

import java.text.ParsePosition;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A pattern of {@link DateTimeFormatter}, read strictly: 02/30 is no date, a weekday must be the
 * date's, and 24:00 is the next day's 00:00 as ISO 8601 has it. {@code y} is understood as {@code
 * u}, because hardly any file names the era.
 */
public final class DatePattern {

  /** A year of fewer digits is one that lost its century. */
  private static final int FIRST_YEAR = 1_000;

  private static final Set<ChronoField> CLOCK =
      Arrays.stream(ChronoField.values())
          .filter(ChronoField::isTimeBased)
          .collect(Collectors.toUnmodifiableSet());

  private static final ZonedDateTime SAMPLE =
      ZonedDateTime.of(2026, 11, 20, 17, 34, 56, 0, ZoneOffset.UTC);

  private final DateTimeFormatter formatter;
  private final DateTimeFormatter dateAlone;

  /**
   * What a text says.
   *
   * @param time null when the pattern has none
   * @param zone null when the text has none
   * @param endOfDay it was written as 24:00; date and time are the next day's 00:00
   */
  public record Read(LocalDate date, LocalTime time, ZoneId zone, boolean endOfDay) {}

  private DatePattern(DateTimeFormatter formatter) {
    this.formatter = formatter;
    this.dateAlone = formatter.withResolverFields(new HashSet<>(dateFields()));
  }

  /**
   * Compiles a pattern.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static DatePattern of(String pattern) {
    return new DatePattern(
        new DateTimeFormatterBuilder()
            .appendPattern(pattern)
            .parseDefaulting(ChronoField.ERA, 1)
            .toFormatter(Locale.ENGLISH)
            .withResolverStyle(ResolverStyle.STRICT));
  }

  private static Set<ChronoField> dateFields() {
    return Arrays.stream(ChronoField.values())
        .filter(field -> field.isDateBased() || field == ChronoField.OFFSET_SECONDS)
        .collect(Collectors.toSet());
  }

  /** Reads a whole text; empty when it is not exactly what the pattern says. */
  public Optional<Read> read(String text) {
    try {
      return read(formatter, text, false);
    } catch (DateTimeException e) {
      return endOfDay(text);
    }
  }

  private static Optional<Read> read(DateTimeFormatter how, String text, boolean endOfDay) {
    ParsePosition position = new ParsePosition(0);
    TemporalAccessor parsed = how.parse(text, position);
    LocalDate date = parsed.query(TemporalQueries.localDate());
    LocalTime time = parsed.query(TemporalQueries.localTime());
    if (position.getIndex() < text.length() || date == null || date.getYear() < FIRST_YEAR) {
      return Optional.empty();
    }
    ZoneId zone = parsed.query(TemporalQueries.zone());
    if (endOfDay) {
      return Optional.of(new Read(date.plusDays(1), LocalTime.MIDNIGHT, zone, true));
    }
    // Parts of a time that make none, such as an hour of twelve without AM or PM.
    boolean halfATime = time == null && CLOCK.stream().anyMatch(parsed::isSupported);
    return halfATime ? Optional.empty() : Optional.of(new Read(date, time, zone, false));
  }

  private Optional<Read> endOfDay(String text) {
    TemporalAccessor fields = formatter.parseUnresolved(text, new ParsePosition(0));
    if (fields == null || !isEndOfDay(fields)) {
      return Optional.empty();
    }
    try {
      return read(dateAlone, text, true);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static boolean isEndOfDay(TemporalAccessor fields) {
    boolean end = false;
    for (ChronoField field : CLOCK) {
      if (fields.isSupported(field)) {
        long value = fields.getLong(field);
        if (field == ChronoField.HOUR_OF_DAY ? value != 24 : value != 0) {
          return false;
        }
        end |= field == ChronoField.HOUR_OF_DAY;
      }
    }
    return end;
  }

  /** Whether texts of this pattern say a date, and if they say an hour or minute, which. */
  boolean saysADate() {
    try {
      Optional<Read> read = read(formatter.format(SAMPLE));
      LocalDateTime sample = SAMPLE.toLocalDateTime();
      return read.isPresent() && read.get().date().equals(sample.toLocalDate());
    } catch (DateTimeException e) {
      return false;
    }
  }
}
