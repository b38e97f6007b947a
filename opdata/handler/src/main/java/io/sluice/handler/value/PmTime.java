package io.sluice.handler.value;

import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;

/**
 * Reads times as measurement files write them: {@code 2018-10-02T12:15:00+02:00}, with {@code Z},
 * {@code +0100}, fractions, a blank for the T, {@code 20210301143000}, {@code -04:00:00}, or
 * without a zone, which is then the feed's. ISO 8601; 3GPP TS 32.401 and 32.435. Exactly these
 * forms: 24:00 is the next day's 00:00, a second 60 is taken where a leap second can be and is the
 * next minute's 00, digits of fractions beyond microseconds are cut, as PostgreSQL has no place for
 * them.
 *
 * <p>Not for use by several threads.
 */
public final class PmTime {

  /** No time at all. */
  public static final long BAD = Long.MIN_VALUE;

  private static final long MICROS = 1_000_000L;
  private static final long DAY = 86_400L;
  private static final int MAX_OFFSET = 18 * 3_600;

  private final LocalTimes zone;
  private char[] chars = {};
  private int at;
  private int end;
  private boolean extended;
  private boolean endOfDay;
  private boolean leapSecond;
  private boolean localOnly;
  private long local;
  private long micros;
  private TimeFault fault = TimeFault.NOT_A_TIME;

  public PmTime(ZoneId zone) {
    this.zone = new LocalTimes(zone);
  }

  /**
   * Reads a time.
   *
   * @return microseconds since 1970-01-01T00:00Z, or {@link #BAD}; {@link #fault()} says why
   */
  public long parse(char[] text, int offset, int length) {
    fault = TimeFault.NOT_A_TIME;
    if (!readLocal(text, offset, length)) {
      return BAD;
    }
    long east = at == end ? zone.offset(local, endOfDay) : offset();
    if (east == BAD) {
      fault = localOnly ? zone.fault() : TimeFault.NOT_A_TIME;
      return BAD;
    }
    return isLeapSecondAt(east) ? (local - east) * MICROS + micros : BAD;
  }

  /**
   * The clock's time as the text has it, whatever its zone is.
   *
   * @return microseconds since 1970-01-01T00:00 of that clock, or {@link #BAD}
   */
  public long parseLocal(char[] text, int offset, int length) {
    fault = TimeFault.NOT_A_TIME;
    boolean whole = readLocal(text, offset, length) && (at == end || offset() != BAD);
    return whole && !leapSecond ? local * MICROS + micros : BAD;
  }

  /** Days since 1970-01-01 of a text that is a date and nothing else, or {@link #BAD}. */
  public long parseDate(char[] text, int offset, int length) {
    begin(text, offset, length);
    return readDate() && at == end ? Math.floorDiv(local, DAY) : BAD;
  }

  /** Why the text read last is not a time. */
  public TimeFault fault() {
    return fault;
  }

  /** Reads up to the zone, which is then the rest. */
  private boolean readLocal(char[] text, int offset, int length) {
    begin(text, offset, length);
    boolean date = readDate() && (take('T') || take(' ') || !extended);
    if (!date || !readClock()) {
      return false;
    }
    at = Chars.skipBlanks(chars, at, end);
    localOnly = at == end;
    return true;
  }

  private void begin(char[] text, int offset, int length) {
    chars = text;
    at = Chars.skipBlanks(text, offset, offset + length);
    end = Chars.trimEnd(text, at, offset + length);
  }

  private boolean readDate() {
    int year = number(4);
    extended = take('-');
    int month = number(2);
    if (extended != take('-')) {
      return false;
    }
    int day = number(2);
    if (!isDate(year, month, day)) {
      return false;
    }
    local = DAY * LocalDate.of(year, month, day).toEpochDay();
    return true;
  }

  private boolean readClock() {
    int hour = number(2);
    boolean colons = take(':');
    int minute = number(2);
    int second = 0;
    boolean seconds = at < end && (colons ? chars[at] == ':' : isDigit(chars[at]));
    if (seconds) {
      at += colons ? 1 : 0;
      second = number(2);
    }
    micros = seconds ? fraction() : 0;
    endOfDay = hour == 24 && minute == 0 && second == 0 && micros == 0;
    leapSecond = second == 60 && micros == 0;
    local += hour * 3_600L + minute * 60L + second;
    boolean clock = hour >= 0 && minute >= 0 && minute <= 59 && second >= 0 && micros >= 0;
    return clock && colons == extended && (hour <= 23 || endOfDay) && (second <= 59 || leapSecond);
  }

  /** Leap seconds are the last of a month in UTC (ITU-R TF.460). */
  private boolean isLeapSecondAt(long east) {
    if (!leapSecond) {
      return true;
    }
    long utc = local - east;
    return utc % DAY == 0 && LocalDate.ofEpochDay(utc / DAY).getDayOfMonth() == 1;
  }

  /** Microseconds; -1 for a point without any digit. */
  private long fraction() {
    if (!take('.') && !take(',')) {
      return 0;
    }
    long value = 0;
    int digits = 0;
    for (; at < end && isDigit(chars[at]); at++, digits++) {
      value = digits < 6 ? value * 10 + (chars[at] - '0') : value;
    }
    for (int i = digits; i < 6; i++) {
      value *= 10;
    }
    return digits == 0 ? -1 : value;
  }

  /** Seconds east that the rest of the text says, or {@link #BAD}. */
  private long offset() {
    if (take('Z') || take('z')) {
      return at == end ? 0 : BAD;
    }
    boolean west = chars[at] == '-';
    if (!west && chars[at] != '+') {
      return BAD;
    }
    at++;
    int hours = number(2);
    int minutes = optional();
    int seconds = optional();
    boolean clock = hours >= 0 && minutes >= 0 && minutes <= 59 && seconds >= 0 && seconds <= 59;
    long offset = hours * 3_600L + minutes * 60L + seconds;
    if (!clock || at != end || offset > MAX_OFFSET) {
      return BAD;
    }
    return west ? -offset : offset;
  }

  private int optional() {
    if (at >= end) {
      return 0;
    }
    take(':');
    return number(2);
  }

  private int number(int digits) {
    int value = Chars.digits(chars, at, end, digits);
    at += digits;
    return value;
  }

  private boolean take(char wanted) {
    if (at < end && chars[at] == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isDate(int year, int month, int day) {
    return year >= 1 && month >= 1 && month <= 12 && YearMonth.of(year, month).isValidDay(day);
  }
}
