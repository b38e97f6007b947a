package io.sluice.core.yaml;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAmount;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * How long rows are kept: a {@linkplain Durations duration}, or months or years of the calendar as
 * contracts count them, such as {@code 13 months}. {@code 13m} would be minutes, so the calendar's
 * units are words.
 */
public final class Retention {

  private static final Pattern CALENDAR = Pattern.compile("([1-9][0-9]{0,3}) (month|year)s?");
  private static final int MONTHS = 12;

  /** Months of the years 2021 to 2024, one of them a leap year. */
  private static final LocalDate FIRST = LocalDate.of(2021, 1, 1);

  private static final int CYCLE = 4 * MONTHS;

  private Retention() {}

  /** Reads the text form; empty if the text is something else. 12 months are a year. */
  public static Optional<TemporalAmount> parse(String text) {
    Matcher matcher = CALENDAR.matcher(text.strip());
    if (!matcher.matches()) {
      return Durations.parse(text).map(duration -> duration);
    }
    int count = Integer.parseInt(matcher.group(1));
    int months = matcher.group(2).equals("year") ? count * MONTHS : count;
    return Optional.of(Period.ofMonths(months).normalized());
  }

  /** The text form in the largest unit that is exact. */
  public static String format(TemporalAmount keep) {
    if (!(keep instanceof Period period)) {
      return Durations.format((Duration) keep);
    }
    long months = period.toTotalMonths();
    boolean years = months % MONTHS == 0;
    long count = years ? months / MONTHS : months;
    return count + (years ? " year" : " month") + (count == 1 ? "" : "s");
  }

  /**
   * The time before which rows are not kept any more. Months and years go back on the zone's
   * calendar, where the day is the last of a month that is too short for it.
   */
  public static Instant before(Instant now, TemporalAmount keep, ZoneId zone) {
    return now.atZone(zone).minus(keep).toInstant();
  }

  /** The shortest it can be, whenever now is. */
  public static Duration shortest(TemporalAmount keep) {
    return keep instanceof Period period
        ? Duration.ofDays(days(period).min().orElseThrow())
        : (Duration) keep;
  }

  /** The longest it can be. */
  public static Duration longest(TemporalAmount keep) {
    return keep instanceof Period period
        ? Duration.ofDays(days(period).max().orElseThrow())
        : (Duration) keep;
  }

  private static LongStream days(Period period) {
    return IntStream.range(0, CYCLE)
        .mapToObj(FIRST::plusMonths)
        .mapToLong(start -> ChronoUnit.DAYS.between(start, start.plus(period)));
  }
}
