package io.sluice.handler.csv;

import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.core.fate.RejectFile;
import io.sluice.handler.value.CellKind;
import io.sluice.handler.value.Chars;
import io.sluice.handler.value.NumberParser;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** The parsers of a file's columns, by type. */
final class FieldParsers {

  private static final long NOT_LONG = Long.MIN_VALUE;
  private static final BadField NOT_A_NUMBER = BadField.value("not a number");
  private static final BadField ROUNDED =
      BadField.value(
          "a number that double precision would round; give the column the type numeric");
  private static final BadField ROUNDED_REAL =
      BadField.value(
          "a number that real would round; give the column the type double precision or numeric");
  private static final BadField NOT_A_BOOLEAN = BadField.value("neither true nor false");
  private static final BadField NOT_A_TIME_OF_DAY = BadField.value("not a time of day");
  private static final BadField NOT_A_DURATION =
      BadField.value("not a duration; write 41:50:16 or ISO 8601");
  private static final BadField NOT_A_UUID = BadField.value("not a uuid");
  private static final BadField NUL = BadField.value("text with a NUL char");
  private static final BadField NOT_JSONB = BadField.value("not JSON that jsonb accepts");
  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final List<String> TRUE = List.of("TRUE", "T", "YES", "Y", "ON", "1");
  private static final List<String> FALSE = List.of("FALSE", "F", "NO", "N", "OFF", "0");

  private final CsvNumbers numbers;
  private final ZoneId zone;
  private final NumberParser parser = new NumberParser();

  /**
   * Parsers for the columns of one file.
   *
   * @param zone of the feed: what a time without zone is an instant in
   */
  FieldParsers(CsvNumbers numbers, ZoneId zone) {
    this.numbers = numbers;
    this.zone = zone;
  }

  /**
   * The parser of a column.
   *
   * @param formatZone for times without one
   * @throws RejectFile when there is none for the type
   */
  FieldParser of(String column, PgType type, List<String> dateFormats, ZoneId formatZone) {
    return switch (type) {
      case TEXT -> FieldParsers::text;
      case INT2, INT4, INT8 -> (rows, c, f, n) -> integer(rows, type, c, f, n);
      case FLOAT4, FLOAT8 -> (rows, c, f, n) -> real(rows, type, c, f, n);
      case NUMERIC -> this::numeric;
      case BOOL -> FieldParsers::bool;
      case DATE, TIMESTAMP, TIMESTAMPTZ -> new TimeField(type, dateFormats, formatZone, zone);
      case TIME -> FieldParsers::time;
      case INTERVAL -> FieldParsers::interval;
      case UUID -> FieldParsers::uuid;
      case JSONB -> FieldParsers::json;
      default ->
          throw new RejectFile(
              "unsupported_type",
              "column " + column,
              "a CSV field cannot be read as "
                  + type.sql()
                  + "; use text, a number, a boolean, a time, interval, uuid or jsonb");
    };
  }

  private static BadField text(CopyBuffer rows, char[] chars, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (chars[i] == 0) {
        return NUL;
      }
    }
    rows.putText(chars, from, length);
    return null;
  }

  private BadField integer(CopyBuffer rows, PgType type, char[] chars, int from, int length) {
    int size = numbers.plain(chars, from, length);
    long value = whole(numbers.chars(), size);
    boolean fits =
        switch (type) {
          case INT2 -> value == (short) value;
          case INT4 -> value == (int) value;
          default -> value != NOT_LONG;
        };
    if (!fits) {
      return BadField.value("not a whole number that fits " + type.sql());
    }
    switch (type) {
      case INT2 -> rows.putShort((short) value);
      case INT4 -> rows.putInt((int) value);
      default -> rows.putLong(value);
    }
    return null;
  }

  private static long whole(char[] chars, int size) {
    boolean negative = size > 0 && chars[0] == '-';
    int start = negative || (size > 0 && chars[0] == '+') ? 1 : 0;
    if (size == start || size - start > 19) {
      return NOT_LONG;
    }
    long value = 0;
    for (int i = start; i < size; i++) {
      int digit = chars[i] - '0';
      if (digit < 0 || digit > 9) {
        return NOT_LONG;
      }
      value = value * 10 + digit;
      if (value < 0) {
        return NOT_LONG;
      }
    }
    return negative ? -value : value;
  }

  private BadField real(CopyBuffer rows, PgType type, char[] chars, int from, int length) {
    double special = special(chars, from, from + length);
    if (special != 0) {
      putReal(rows, type, special);
      return null;
    }
    int size = numbers.plain(chars, from, length);
    CellKind kind = parser.parse(numbers.chars(), 0, size);
    if (kind == CellKind.TEXT) {
      return NOT_A_NUMBER;
    }
    if (kind == CellKind.NUMERIC) {
      return ROUNDED;
    }
    if (type == PgType.FLOAT4 && !isReal(parser.number())) {
      return ROUNDED_REAL;
    }
    putReal(rows, type, parser.number());
    return null;
  }

  private static void putReal(CopyBuffer rows, PgType type, double value) {
    if (type == PgType.FLOAT8) {
      rows.putDouble(value);
    } else {
      rows.putFloat((float) value);
    }
  }

  /** Whether a real holds it exactly, or prints it back as it was. */
  private static boolean isReal(double value) {
    float real = (float) value;
    return real == value
        || (!Float.isInfinite(real) && Double.parseDouble(Float.toString(real)) == value);
  }

  /** Infinity, its negative, or NaN; 0 for everything else. */
  private static double special(char[] chars, int from, int end) {
    if (Chars.isWord(chars, from, end, "NAN")) {
      return Double.NaN;
    }
    if (Chars.isWord(chars, from, end, "INF") || Chars.isWord(chars, from, end, "INFINITY")) {
      return Double.POSITIVE_INFINITY;
    }
    boolean negative = end > from && chars[from] == '-';
    return negative && special(chars, from + 1, end) == Double.POSITIVE_INFINITY
        ? Double.NEGATIVE_INFINITY
        : 0;
  }

  private BadField numeric(CopyBuffer rows, char[] chars, int from, int length) {
    int size = numbers.plain(chars, from, length);
    if (parser.parse(numbers.chars(), 0, size) == CellKind.TEXT) {
      return NOT_A_NUMBER;
    }
    rows.putNumeric(new BigDecimal(numbers.chars(), 0, size));
    return null;
  }

  private static BadField bool(CopyBuffer rows, char[] chars, int from, int length) {
    boolean yes = isOneOf(TRUE, chars, from, length);
    if (!yes && !isOneOf(FALSE, chars, from, length)) {
      return NOT_A_BOOLEAN;
    }
    rows.putBool(yes);
    return null;
  }

  private static boolean isOneOf(List<String> words, char[] chars, int from, int length) {
    for (int i = 0; i < words.size(); i++) {
      if (Chars.isWord(chars, from, from + length, words.get(i))) {
        return true;
      }
    }
    return false;
  }

  private static BadField time(CopyBuffer rows, char[] chars, int from, int length) {
    long micros = CsvDurations.clock(new String(chars, from, length));
    if (micros < 0 || micros > 86_400_000_000L) {
      return NOT_A_TIME_OF_DAY;
    }
    rows.putLong(micros);
    return null;
  }

  private static BadField interval(CopyBuffer rows, char[] chars, int from, int length) {
    String text = new String(chars, from, length).trim();
    return CsvDurations.put(rows, text) ? null : NOT_A_DURATION;
  }

  private static BadField uuid(CopyBuffer rows, char[] chars, int from, int length) {
    String text = new String(chars, from, length).strip();
    try {
      UUID uuid = UUID.fromString(text);
      // The JDK takes 1-1-1-1-1 for one.
      if (!uuid.toString().equalsIgnoreCase(text)) {
        return NOT_A_UUID;
      }
      rows.putUuid(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
      return null;
    } catch (IllegalArgumentException e) {
      return NOT_A_UUID;
    }
  }

  private static BadField json(CopyBuffer rows, char[] chars, int from, int length) {
    String text = new String(chars, from, length);
    try {
      JSON.readTree(text);
    } catch (JacksonException e) {
      return BadField.value("not JSON: " + e.getOriginalMessage());
    }
    if (text.contains("\\u0000") || text.isBlank()) {
      return NOT_JSONB;
    }
    rows.putJsonb(text);
    return null;
  }
}
