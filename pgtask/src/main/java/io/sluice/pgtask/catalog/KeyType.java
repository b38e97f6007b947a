package io.sluice.pgtask.catalog;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Types of columns that ranges go by. A value of any of them is a {@code long}: microseconds since
 * 1970 in UTC for timestamptz and for the first 48 bits of a UUID of version 7, the same of the
 * local time for timestamp and for a time that is written as text, days for date, the number itself
 * for whole numbers. MINVALUE and -infinity are {@link #MIN}, MAXVALUE and infinity {@link #MAX}.
 */
public enum KeyType {
  TIMESTAMPTZ("timestamptz"),
  TIMESTAMP("timestamp"),
  DATE("date"),
  INT2("int2"),
  INT4("int4"),
  INT8("int8"),
  NUMERIC("numeric"),
  UUID("uuid"),
  TEXT("text"),
  VARCHAR("varchar");

  /** Below every value. */
  public static final long MIN = Long.MIN_VALUE;

  /** Above every value. */
  public static final long MAX = Long.MAX_VALUE;

  private static final DateTimeFormatter DATE_TEXT =
      new DateTimeFormatterBuilder()
          .appendValue(ChronoField.YEAR, 4, 9, SignStyle.NORMAL)
          .appendPattern("-MM-dd")
          .toFormatter();
  private static final DateTimeFormatter TIME_TEXT =
      new DateTimeFormatterBuilder()
          .append(DATE_TEXT)
          .appendPattern(" HH:mm:ss")
          .appendFraction(ChronoField.MICRO_OF_SECOND, 0, 6, true)
          .toFormatter();

  /** A UUID that is nothing but a time. */
  private static final Pattern UUID_BOUND =
      Pattern.compile("([0-9a-f]{8})-([0-9a-f]{4})-0000-0000-000000000000");

  private static final long UUID_MILLIS = 1L << 48;

  /** Year, month, day, hour, minute, second, as many as there are, whatever is between them. */
  private static final Pattern TEXT_BOUND = Pattern.compile("[0-9]{4}([-/._: T]?[0-9]{2}){0,5}");

  private static final String FIRST_SECOND = "00000101000000";

  private final String sql;

  KeyType(String sql) {
    this.sql = sql;
  }

  /** As {@code pg_type.typname}. */
  public String sql() {
    return sql;
  }

  /** By {@code pg_type.typname}. */
  public static Optional<KeyType> of(String typname) {
    for (KeyType type : values()) {
      if (type.sql.equals(typname)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** Whether it is a date or time by itself. */
  public boolean isTime() {
    return this == TIMESTAMPTZ || this == TIMESTAMP || this == DATE;
  }

  /** Whether it is text, which may hold times. */
  public boolean isText() {
    return this == TEXT || this == VARCHAR;
  }

  /**
   * The value of what PostgreSQL prints under TimeZone UTC and DateStyle ISO.
   *
   * @return empty if a {@code long} does not hold it exactly
   */
  public Optional<Long> parse(String text) {
    if (text.equals("infinity")) {
      return Optional.of(MAX);
    }
    if (text.equals("-infinity")) {
      return Optional.of(MIN);
    }
    if (isTime() && text.endsWith(" BC")) {
      return Optional.of(MIN + 1);
    }
    try {
      return Optional.of(parseFinite(text));
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private long parseFinite(String text) {
    return switch (this) {
      case TIMESTAMPTZ -> micros(LocalDateTime.parse(withoutOffset(text), TIME_TEXT));
      case TIMESTAMP -> micros(LocalDateTime.parse(text, TIME_TEXT));
      case DATE -> LocalDate.parse(text, DATE_TEXT).toEpochDay();
      case UUID -> uuidMicros(text);
      case TEXT, VARCHAR -> micros(written(text));
      default -> new BigDecimal(text).longValueExact();
    };
  }

  private static long uuidMicros(String text) {
    Matcher matcher = UUID_BOUND.matcher(text);
    if (!matcher.matches()) {
      throw new NumberFormatException("more than a time: " + text);
    }
    return Long.parseLong(matcher.group(1) + matcher.group(2), 16) * 1000;
  }

  private static LocalDateTime written(String text) {
    if (!TEXT_BOUND.matcher(text).matches()) {
      throw new NumberFormatException("no time: " + text);
    }
    String digits = text.replaceAll("[^0-9]", "");
    String whole = digits + FIRST_SECOND.substring(digits.length());
    return LocalDateTime.parse(whole, DateTimeFormatter.ofPattern("uuuuMMddHHmmss", Locale.ROOT));
  }

  private static String withoutOffset(String text) {
    if (!text.endsWith("+00")) {
      throw new DateTimeParseException("not in UTC", text, 0);
    }
    return text.substring(0, text.length() - "+00".length());
  }

  /** Microseconds since 1970 of a local time. */
  public static long micros(LocalDateTime time) {
    return micros(time.toInstant(ZoneOffset.UTC));
  }

  /** Microseconds since 1970; those that ChronoUnit counts end in 2262. */
  public static long micros(Instant time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1000);
  }

  /** The local time of microseconds since 1970. */
  public static LocalDateTime local(long micros) {
    return LocalDateTime.ofInstant(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), ZoneOffset.UTC);
  }

  /**
   * What {@code FOR VALUES FROM (…)} and comparisons take.
   *
   * @throws IllegalArgumentException if the type holds no such time; text depends on its pattern
   */
  public String literal(long value) {
    if (value == MIN) {
      return "MINVALUE";
    }
    if (value == MAX) {
      return "MAXVALUE";
    }
    return switch (this) {
      case TIMESTAMPTZ -> "timestamptz '" + TIME_TEXT.format(local(value)) + "+00'";
      case TIMESTAMP -> "timestamp '" + TIME_TEXT.format(local(value)) + "'";
      case DATE -> "date '" + DATE_TEXT.format(LocalDate.ofEpochDay(value)) + "'";
      case UUID -> "uuid '" + uuid(value) + "'";
      case TEXT, VARCHAR -> throw new IllegalArgumentException("text needs a pattern");
      default -> "'" + value + "'::" + sql;
    };
  }

  private static String uuid(long micros) {
    long millis = Math.floorDiv(micros, 1000);
    if (millis < 0 || millis >= UUID_MILLIS) {
      throw new IllegalArgumentException("a UUID holds times from 1970 to 10889");
    }
    String hex = "%012x".formatted(millis);
    return hex.substring(0, 8) + "-" + hex.substring(8) + "-0000-0000-000000000000";
  }
}
