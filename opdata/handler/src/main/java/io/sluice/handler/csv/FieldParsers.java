package io.sluice.handler.csv;

import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.core.fate.RejectFile;
import io.sluice.handler.value.Chars;
import io.sluice.handler.value.NumberParser;
import io.sluice.handler.value.CellKind;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;

/** The parsers of a file's columns, by type. */
final class FieldParsers {

  private static final long NOT_LONG = Long.MIN_VALUE;
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
   * @throws RejectFile when there is none for the type
   */
  FieldParser of(String column, PgType type, CsvTimes times) {
    return switch (type) {
      case TEXT -> FieldParsers::text;
      case INT2 -> (rows, c, f, n) -> integer(rows, type, c, f, n);
      case INT4 -> (rows, c, f, n) -> integer(rows, type, c, f, n);
      case INT8 -> (rows, c, f, n) -> integer(rows, type, c, f, n);
      case FLOAT4, FLOAT8 -> (rows, c, f, n) -> real(rows, type, c, f, n);
      case NUMERIC -> this::numeric;
      case BOOL -> FieldParsers::bool;
      case DATE, TIMESTAMP, TIMESTAMPTZ -> new TimeField(type, times, zone);
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

  private static String text(CopyBuffer rows, char[] chars, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (chars[i] == 0) {
        return "text with a NUL char";
      }
    }
    rows.putText(chars, from, length);
    return null;
  }

  private String integer(CopyBuffer rows, PgType type, char[] chars, int from, int length) {
    int size = numbers.plain(chars, from, length);
    long value = whole(numbers.chars(), size);
    boolean fits =
        switch (type) {
          case INT2 -> value == (short) value;
          case INT4 -> value == (int) value;
          default -> value != NOT_LONG;
        };
    if (!fits) {
      return "not a whole number that fits " + type.sql();
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

  private String real(CopyBuffer rows, PgType type, char[] chars, int from, int length) {
    double special = special(chars, from, from + length);
    int size = numbers.plain(chars, from, length);
    CellKind kind = special != 0 ? CellKind.DOUBLE : parser.parse(numbers.chars(), 0, size);
    if (kind == CellKind.TEXT) {
      return "not a number";
    }
    if (kind == CellKind.NUMERIC) {
      return "a number that double precision would round; give the column the type numeric";
    }
    double value = special != 0 ? special : parser.number();
    if (type == PgType.FLOAT8) {
      rows.putDouble(value);
    } else {
      rows.putFloat((float) value);
    }
    return null;
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
    boolean infinite =
        negative
            && (Chars.isWord(chars, from + 1, end, "INF")
                || Chars.isWord(chars, from + 1, end, "INFINITY"));
    return infinite ? Double.NEGATIVE_INFINITY : 0;
  }

  private String numeric(CopyBuffer rows, char[] chars, int from, int length) {
    int size = numbers.plain(chars, from, length);
    if (parser.parse(numbers.chars(), 0, size) == CellKind.TEXT) {
      return "not a number";
    }
    BigDecimal value = NumberParser.decimal(numbers.chars(), 0, size, '.');
    rows.putNumeric(value);
    return null;
  }

  private static String bool(CopyBuffer rows, char[] chars, int from, int length) {
    if (isOneOf(TRUE, chars, from, length)) {
      rows.putBool(true);
      return null;
    }
    if (isOneOf(FALSE, chars, from, length)) {
      rows.putBool(false);
      return null;
    }
    return "neither true nor false";
  }

  private static boolean isOneOf(List<String> words, char[] chars, int from, int length) {
    for (int i = 0; i < words.size(); i++) {
      if (Chars.isWord(chars, from, from + length, words.get(i))) {
        return true;
      }
    }
    return false;
  }

  private static String time(CopyBuffer rows, char[] chars, int from, int length) {
    long micros = CsvDurations.clock(chars, from, from + length);
    if (micros < 0 || micros > 86_400_000_000L) {
      return "not a time of day";
    }
    rows.putLong(micros);
    return null;
  }

  private static String interval(CopyBuffer rows, char[] chars, int from, int length) {
    return CsvDurations.put(rows, chars, from, from + length)
        ? null
        : "not a duration; write 41:50:16 or ISO 8601";
  }

  private static String uuid(CopyBuffer rows, char[] chars, int from, int length) {
    try {
      UUID uuid = UUID.fromString(new String(chars, from, length).strip());
      rows.putUuid(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
      return null;
    } catch (IllegalArgumentException e) {
      return "not a uuid";
    }
  }

  private static String json(CopyBuffer rows, char[] chars, int from, int length) {
    String wrong = JsonText.check(chars, from, length);
    if (wrong == null) {
      rows.putJsonb(new String(chars, from, length));
    }
    return wrong;
  }

  /** A date or timestamp. */
  private static final class TimeField implements FieldParser {

    private static final long DAY = 86_400_000_000L;

    private final PgType type;
    private final CsvTimes times;
    private final ZoneId zone;
    private long micros;

    TimeField(PgType type, CsvTimes times, ZoneId zone) {
      this.type = type;
      this.times = times;
      this.zone = zone;
    }

    @Override
    public String put(CopyBuffer rows, char[] chars, int from, int length) {
      long local = times.local(chars, from, length);
      if (local == CsvTimes.BAD) {
        return "not a date or time that the feed's dateFormats or ISO 8601 describe";
      }
      switch (type) {
        case DATE -> {
          micros = instant(Math.floorDiv(local, DAY) * DAY);
          rows.putDate((int) Math.floorDiv(local, DAY));
        }
        case TIMESTAMP -> {
          micros = instant(local);
          rows.putTimestamp(local);
        }
        default -> {
          micros = times.instant();
          rows.putTimestamp(micros);
        }
      }
      return null;
    }

    private long instant(long local) {
      LocalDateTime time =
          LocalDateTime.ofEpochSecond(Math.floorDiv(local, 1_000_000L), 0, ZoneOffset.UTC);
      return local - zone.getRules().getOffset(time).getTotalSeconds() * 1_000_000L;
    }

    @Override
    public long micros() {
      return micros;
    }
  }
}
