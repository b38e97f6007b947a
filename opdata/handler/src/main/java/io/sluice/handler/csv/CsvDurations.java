package io.sluice.handler.csv;

import io.sluice.core.chunk.CopyBuffer;
import io.sluice.handler.value.Chars;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Period;
import java.time.temporal.ChronoUnit;

/**
 * Reads durations: {@code 41:50:16}, {@code 0:05} (minutes), {@code -1:00:00.5}, or ISO 8601.
 * Minutes and seconds have two digits; digits beyond microseconds are cut, as PostgreSQL has no
 * place for them.
 */
final class CsvDurations {

  static final long BAD = Long.MIN_VALUE;

  private static final long SECOND = 1_000_000L;
  private static final long MAX_HOURS = 100_000_000L;

  private CsvDurations() {}

  static boolean put(CopyBuffer rows, char[] chars, int offset, int stop) {
    int from = Chars.skipBlanks(chars, offset, stop);
    int end = Chars.trimEnd(chars, from, stop);
    boolean negative = from < end && chars[from] == '-';
    long micros = clock(chars, negative ? from + 1 : from, end);
    if (micros != BAD) {
      rows.putInterval(0, 0, negative ? -micros : micros);
      return true;
    }
    return iso(rows, new String(chars, from, end - from));
  }

  /**
   * Hours, minutes and perhaps seconds in microseconds, or {@link #BAD}. Hours may be any number.
   */
  static long clock(char[] chars, int from, int end) {
    int first = index(chars, ':', from, end);
    if (first == end) {
      return BAD;
    }
    int second = index(chars, ':', first + 1, end);
    long hours = number(chars, from, first, MAX_HOURS);
    long minutes = pair(chars, first + 1, second);
    long seconds = second == end ? 0 : seconds(chars, second + 1, end);
    if (hours < 0 || minutes < 0 || seconds < 0) {
      return BAD;
    }
    return (hours * 3_600 + minutes * 60) * SECOND + seconds;
  }

  private static long seconds(char[] chars, int from, int end) {
    int dot = index(chars, '.', from, end);
    long whole = pair(chars, from, dot);
    if (dot == end || whole < 0) {
      return whole * SECOND;
    }
    if (dot + 1 == end) {
      return BAD;
    }
    long fraction = 0;
    long unit = SECOND / 10;
    for (int i = dot + 1; i < end; i++) {
      int digit = chars[i] - '0';
      if (digit < 0 || digit > 9) {
        return BAD;
      }
      fraction += digit * unit;
      unit /= 10;
    }
    return whole * SECOND + fraction;
  }

  private static int index(char[] chars, char wanted, int from, int end) {
    int i = from;
    while (i < end && chars[i] != wanted) {
      i++;
    }
    return i;
  }

  /** Two digits up to 59. */
  private static long pair(char[] chars, int from, int end) {
    return end - from == 2 ? number(chars, from, end, 59) : -1;
  }

  private static long number(char[] chars, int from, int end, long max) {
    if (from == end) {
      return -1;
    }
    long value = 0;
    for (int i = from; i < end; i++) {
      int digit = chars[i] - '0';
      if (digit < 0 || digit > 9 || value > max) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value <= max ? value : -1;
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
