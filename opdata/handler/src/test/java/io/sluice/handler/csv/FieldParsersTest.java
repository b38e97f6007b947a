package io.sluice.handler.csv;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A field is its column's type exactly, or a reject: never another value. */
class FieldParsersTest {

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private final CopyBuffer rows = new CopyBuffer(256);

  private FieldParser parser(PgType type, char decimal, char group, String... patterns) {
    FieldParsers parsers = new FieldParsers(new CsvNumbers(decimal, group), BERLIN);
    return parsers.of("c", type, List.of(patterns), BERLIN);
  }

  /** The reason it is rejected for, or the bytes of the value in hex. */
  private String read(FieldParser parser, String text) {
    rows.clear();
    BadField wrong = parser.put(rows, text.toCharArray(), 0, text.length());
    if (wrong != null) {
      assertThat(rows.size()).isZero();
      return wrong.reason();
    }
    return java.util.HexFormat.of().formatHex(rows.array(), 4, rows.size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "INT2|32768",
        "INT4|2147483648",
        "INT4|1.0",
        "INT4|1e3",
        "INT4|1,5",
        "INT4|0x1F",
        "INT4|12abc",
        "INT4|1 2",
        "INT4|--1",
        "INT4|१",
        "INT8|9223372036854775808",
        "INT8|99999999999999999999",
        "FLOAT8|1,5",
        "FLOAT8|0x1F",
        "FLOAT8|1e400",
        "FLOAT8|1e-400",
        "FLOAT8|9007199254740993",
        "FLOAT8|1.5f",
        "FLOAT8|1.5 kB",
        "FLOAT8|nano",
        "FLOAT8|1_000",
        "FLOAT4|16777217",
        "FLOAT4|1e39",
        "FLOAT4|1e-60",
        "FLOAT4|0.12345678901",
        "NUMERIC|NaN",
        "NUMERIC|1,5",
        "NUMERIC|Infinity",
        "BOOL|tru",
        "BOOL|2",
        "BOOL|ja",
        "BOOL|-1",
        "DATE|2026-02-30",
        "DATE|2026-2-3",
        "DATE|26-02-03",
        "DATE|2026-03-10T15:30",
        "DATE|2026-03-10 trailing",
        "DATE|0000-01-01",
        "TIMESTAMP|2026-02-30T00:00:00",
        "TIMESTAMP|2026-03-10T24:00:01",
        "TIMESTAMP|2026-03-10T12:00:60",
        "TIMESTAMP|10.03.2026 12:00",
        "TIMESTAMPTZ|2026-02-30T00:00:00Z",
        "TIMESTAMPTZ|2026-03-10T12:00:00ZZ",
        "TIMESTAMPTZ|1773136800",
        "TIMESTAMPTZ|now",
        "TIME|24:00:01",
        "TIME|1:5",
        "TIME|12:00:60",
        "TIME|12:00:",
        "TIME|12:00:00.",
        "TIME|-1:00",
        "INTERVAL|1:5",
        "INTERVAL|1:60",
        "INTERVAL|1:00:61",
        "INTERVAL|1:00:00.",
        "INTERVAL|5",
        "INTERVAL|5 minutes",
        "INTERVAL|P1Y junk",
        "INTERVAL|PT",
        "UUID|1-1-1-1-1",
        "UUID|123e4567-e89b-12d3-a456-4266141740001",
        "UUID|{123e4567-e89b-12d3-a456-426614174000}",
        "JSONB|{} garbage",
        "JSONB|{'a': 1}",
        "JSONB|NaN",
      })
  void refuses_whatIsNotExactlyOfTheType(PgType type, String text) {
    assertThat(read(parser(type, '.', '\0'), text)).isEqualTo("bad_value");
  }

  @ParameterizedTest
  @CsvSource({
    "TIMESTAMPTZ, 2026-03-29T02:30:00, nonexistent_time",
    "TIMESTAMPTZ, 2026-10-25T02:30:00, ambiguous_time",
    "TIMESTAMPTZ, 20261025023000, ambiguous_time"
  })
  void saysThatClocksChange_whenALocalTimeIsNoneOrTwo(PgType type, String text, String reason) {
    assertThat(read(parser(type, '.', '\0'), text)).isEqualTo(reason);
    assertThat(read(parser(PgType.TIMESTAMP, '.', '\0'), text)).isNotEqualTo(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "03/29/2026 02:30, nonexistent_time",
    "10/25/2026 02:30, ambiguous_time",
    "02/30/2026 12:00, bad_value",
    "02/28/26 12:00, bad_value",
    "02/28/2026 24:01, bad_value"
  })
  void refuses_whatThePatternDoesNotSay(String text, String reason) {
    FieldParser parser = parser(PgType.TIMESTAMPTZ, '.', '\0', "MM/dd/yyyy HH:mm");
    assertThat(read(parser, text)).isEqualTo(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-10T12:00:00, 2026-03-10T11:00:00Z",
    "2026-03-10, 2026-03-09T23:00:00Z",
    "20260310, 2026-03-09T23:00:00Z",
    "2026-03-10T24:00, 2026-03-10T23:00:00Z",
    "03/10/2026 24:00, 2026-03-10T23:00:00Z",
    "2026-10-25T02:30:00+01:00, 2026-10-25T01:30:00Z",
    "2026-10-25T02:30:00+02:00, 2026-10-25T00:30:00Z",
    "2016-12-31T23:59:60Z, 2017-01-01T00:00:00Z"
  })
  void readsInstants(String text, Instant expected) {
    FieldParser parser = parser(PgType.TIMESTAMPTZ, '.', '\0', "MM/dd/yyyy HH:mm");
    String copied =
        "%016x".formatted(expected.getEpochSecond() * 1_000_000 - CopyBuffer.EPOCH_MICROS);
    assertThat(read(parser, text)).isEqualTo(copied);
    assertThat(parser.micros()).isEqualTo(expected.getEpochSecond() * 1_000_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1.234|1234",
        "-12.345.678|-12345678",
        "1234|1234",
        "999|999",
        " 5  |5",
        "1.5|",
        "12.34.567|",
        ".123|",
        "1234.567|",
        "1..234|",
        "1.2345|",
        "1.234.|",
      })
  void takesGroupSeparators_onlyBetweenThousands(String text, Integer expected) {
    String read = read(parser(PgType.INT4, ',', '.'), text);
    assertThat(read).isEqualTo(expected == null ? "bad_value" : "%08x".formatted(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"1.234,5|1234.5", "0,1|0.1", "1,234.5|", "1.5,0|", "1,5,0|", "1e3|1000"})
  void readsDecimals_asTheFeedSays(String text, Double expected) {
    String read = read(parser(PgType.FLOAT8, ',', '.'), text);
    String bits = expected == null ? "" : "%016x".formatted(Double.doubleToLongBits(expected));
    assertThat(read).isEqualTo(expected == null ? "bad_value" : bits);
  }

  @ParameterizedTest
  @CsvSource({
    "-P1DT1H, 0, -1, -3600",
    "P1DT1H, 0, 1, 3600",
    "P1Y2M, 14, 0, 0",
    "PT-5S, 0, 0, -5",
    "-1:00:00, 0, 0, -3600",
    "41:50:16, 0, 0, 150616",
    "0:05, 0, 0, 300"
  })
  void readsDurations(String text, int months, int days, long seconds) {
    assertThat(read(parser(PgType.INTERVAL, '.', '\0'), text))
        .isEqualTo("%016x%08x%08x".formatted(seconds * 1_000_000, days, months));
  }

  @Test
  void keepsWordsThatDoublePrecisionHas() {
    FieldParser parser = parser(PgType.FLOAT8, '.', '\0');
    assertThat(read(parser, "NaN")).isEqualTo("7ff8000000000000");
    assertThat(read(parser, "-Infinity")).isEqualTo("fff0000000000000");
  }
}
