package io.sluice.pgtask.catalog;

import java.math.BigDecimal;
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
import java.util.Optional;

/**
 * Types of columns that ranges go by. A value of any of them is a {@code long}: microseconds since
 * 1970 in UTC for timestamptz, the same of the local time for timestamp, days for date, the number
 * itself for whole numbers. MINVALUE and -infinity are {@link #MIN}, MAXVALUE and infinity {@link
 * #MAX}.
 */
public enum KeyType {
  TIMESTAMPTZ("timestamptz"),
  TIMESTAMP("timestamp"),
  DATE("date"),
  INT2("int2"),
  INT4("int4"),
  INT8("int8"),
  NUMERIC("numeric");

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
    } catch (DateTimeParseException | ArithmeticException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private long parseFinite(String text) {
    return switch (this) {
      case TIMESTAMPTZ -> micros(LocalDateTime.parse(withoutOffset(text), TIME_TEXT));
      case TIMESTAMP -> micros(LocalDateTime.parse(text, TIME_TEXT));
      case DATE -> LocalDate.parse(text, DATE_TEXT).toEpochDay();
      default -> new BigDecimal(text).longValueExact();
    };
  }

  private static String withoutOffset(String text) {
    if (!text.endsWith("+00")) {
      throw new DateTimeParseException("not in UTC", text, 0);
    }
    return text.substring(0, text.length() - "+00".length());
  }

  /** Microseconds since 1970 of a local time. */
  public static long micros(LocalDateTime time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time.toInstant(ZoneOffset.UTC));
  }

  /** The local time of microseconds since 1970. */
  public static LocalDateTime local(long micros) {
    return LocalDateTime.ofInstant(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), ZoneOffset.UTC);
  }

  /** What {@code FOR VALUES FROM (…)} and comparisons take. */
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
      default -> "'" + value + "'::" + sql;
    };
  }
}
