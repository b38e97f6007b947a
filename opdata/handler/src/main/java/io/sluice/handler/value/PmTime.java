package io.sluice.handler.value;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Reads times as measurement files write them: {@code 2018-10-02T12:15:00+02:00}, with {@code Z},
 * {@code +0100}, fractions, a blank for the T, {@code 20210301143000}, {@code -04:00:00}, or
 * without a zone, which is then the feed's. ISO 8601; 3GPP TS 32.401 and 32.435.
 */
public final class PmTime {

  /** No time at all. */
  public static final long BAD = Long.MIN_VALUE;

  private static final int[] MONTH_DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

  private final ZoneId zone;
  private int at;

  public PmTime(ZoneId zone) {
    this.zone = zone;
  }

  /**
   * Reads a time.
   *
   * @return microseconds since 1970-01-01T00:00Z, or {@link #BAD}
   */
  public long parse(CharSequence text) {
    char[] chars = text.toString().toCharArray();
    return parse(chars, 0, chars.length);
  }

  public long parse(char[] chars, int offset, int length) {
    int from = Chars.skipBlanks(chars, offset, offset + length);
    int end = Chars.trimEnd(chars, from, offset + length);
    at = from;
    int year = number(chars, end, 4);
    boolean dashes = take(chars, end, '-');
    int month = number(chars, end, 2);
    if (dashes != take(chars, end, '-')) {
      return BAD;
    }
    int day = number(chars, end, 2);
    if (!isDate(year, month, day)) {
      return BAD;
    }
    if (!take(chars, end, 'T') && !take(chars, end, ' ') && dashes) {
      return BAD;
    }
    return timeOfDay(chars, end, 86_400L * epochDay(year, month, day));
  }

  private long timeOfDay(char[] chars, int end, long midnight) {
    int hour = number(chars, end, 2);
    take(chars, end, ':');
    int minute = number(chars, end, 2);
    int second = 0;
    if (at < end && (take(chars, end, ':') || isDigit(chars[at]))) {
      second = number(chars, end, 2);
    }
    boolean endOfDay = hour == 24 && minute == 0 && second == 0;
    if (hour < 0 || (hour > 23 && !endOfDay) || minute < 0 || minute > 59) {
      return BAD;
    }
    if (second < 0 || second > 60) {
      return BAD;
    }
    long micros = fraction(chars, end);
    long local = midnight + hour * 3_600L + minute * 60L + second;
    long zoneSeconds = zoneSeconds(chars, end, local);
    if (micros < 0 || zoneSeconds == BAD) {
      return BAD;
    }
    return (local - zoneSeconds) * 1_000_000L + micros;
  }

  /** Microseconds; digits beyond are cut, because no end time means them. -1 without any digit. */
  private long fraction(char[] chars, int end) {
    if (!take(chars, end, '.') && !take(chars, end, ',')) {
      return 0;
    }
    long micros = 0;
    int digits = 0;
    for (; at < end && isDigit(chars[at]); at++, digits++) {
      micros = digits < 6 ? micros * 10 + (chars[at] - '0') : micros;
    }
    for (int i = digits; i < 6; i++) {
      micros *= 10;
    }
    return digits == 0 ? -1 : micros;
  }

  private long zoneSeconds(char[] chars, int end, long local) {
    at = Chars.skipBlanks(chars, at, end);
    if (at == end) {
      return zone.getRules()
          .getOffset(LocalDateTime.ofEpochSecond(local, 0, ZoneOffset.UTC))
          .getTotalSeconds();
    }
    if (take(chars, end, 'Z') || take(chars, end, 'z')) {
      return at == end ? 0 : BAD;
    }
    boolean west = chars[at] == '-';
    if (!west && chars[at] != '+') {
      return BAD;
    }
    at++;
    int hours = number(chars, end, 2);
    int minutes = optional(chars, end);
    int seconds = optional(chars, end);
    if (at != end || hours < 0 || hours > 18 || minutes < 0 || minutes > 59) {
      return BAD;
    }
    if (seconds < 0 || seconds > 59) {
      return BAD;
    }
    long offset = hours * 3_600L + minutes * 60L + seconds;
    return west ? -offset : offset;
  }

  private int optional(char[] chars, int end) {
    if (at >= end) {
      return 0;
    }
    take(chars, end, ':');
    return number(chars, end, 2);
  }

  private int number(char[] chars, int end, int digits) {
    int value = Chars.digits(chars, at, end, digits);
    at += digits;
    return value;
  }

  private boolean take(char[] chars, int end, char wanted) {
    if (at < end && chars[at] == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  static boolean isDate(int year, int month, int day) {
    if (year < 0 || month < 1 || month > 12 || day < 1) {
      return false;
    }
    boolean leapDay = month == 2 && day == 29;
    return leapDay ? isLeap(year) : day <= MONTH_DAYS[month - 1];
  }

  private static boolean isLeap(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  }

  /**
   * Days since 1970-01-01 in the Gregorian calendar, counted in 400-year eras that begin in March.
   */
  static long epochDay(int year, int month, int day) {
    int marchYear = month <= 2 ? year - 1 : year;
    int era = Math.floorDiv(marchYear, 400);
    int yearOfEra = marchYear - era * 400;
    int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146_097L + dayOfEra - 719_468L;
  }
}
