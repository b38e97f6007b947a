package io.sluice.handler.csv;

import io.sluice.core.chunk.CopyBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Period;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads durations: {@code 41:50:16}, {@code 0:05} (minutes), {@code -1:00:00.5}, or ISO 8601.
 * Minutes and seconds have two digits; digits beyond microseconds are cut, as PostgreSQL has no
 * place for them.
 */
final class CsvDurations {

  static final long BAD = Long.MIN_VALUE;

  private static final long SECOND = 1_000_000L;
  private static final long MAX_HOURS = 100_000_000L;
  private static final Pattern CLOCK =
      Pattern.compile("0*(\\d{1,9}):([0-5]\\d)(?::([0-5]\\d)(?:\\.(\\d+))?)?");

  private CsvDurations() {}

  static boolean put(CopyBuffer rows, String text) {
    boolean negative = text.startsWith("-");
    long micros = clock(negative ? text.substring(1) : text);
    if (micros == BAD) {
      return iso(rows, text);
    }
    rows.putInterval(0, 0, negative ? -micros : micros);
    return true;
  }

  /**
   * Hours, minutes and perhaps seconds in microseconds, or {@link #BAD}. Hours may be any number.
   */
  static long clock(String text) {
    Matcher clock = CLOCK.matcher(text);
    if (!clock.matches() || Long.parseLong(clock.group(1)) > MAX_HOURS) {
      return BAD;
    }
    long hours = Long.parseLong(clock.group(1));
    long minutes = Long.parseLong(clock.group(2));
    long seconds = clock.group(3) == null ? 0 : Long.parseLong(clock.group(3));
    String fraction = clock.group(4) == null ? "" : clock.group(4);
    long micros = Long.parseLong((fraction + "000000").substring(0, 6));
    return (hours * 3_600 + minutes * 60 + seconds) * SECOND + micros;
  }

  private static boolean iso(CopyBuffer rows, String signed) {
    boolean negative = signed.startsWith("-P");
    String text = negative ? signed.substring(1) : signed;
    int sign = negative ? -1 : 1;
    int time = text.indexOf('T');
    try {
      Period period = Period.ZERO;
      Duration duration = Duration.ZERO;
      if (time < 0) {
        period = Period.parse(text);
      } else {
        duration = Duration.parse("P" + text.substring(time));
        String date = text.substring(0, time);
        period = date.equals("P") ? period : Period.parse(date);
      }
      long micros =
          Math.addExact(
              Math.multiplyExact(duration.toSeconds(), SECOND), duration.toNanosPart() / 1_000);
      rows.putInterval(
          sign * Math.toIntExact(period.toTotalMonths()),
          sign * Math.toIntExact(period.get(ChronoUnit.DAYS)),
          sign * micros);
      return true;
    } catch (DateTimeException | ArithmeticException e) {
      return false;
    }
  }
}
