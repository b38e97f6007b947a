package io.sluice.handler.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PmTimeTest {

  private final PmTime times = new PmTime(ZoneId.of("Europe/Berlin"));

  private static long parse(PmTime reader, String text) {
    return reader.parse(text.toCharArray(), 0, text.length());
  }

  @ParameterizedTest
  @CsvSource({
    "2000-03-01T14:14:30+02:00, 2000-03-01T12:14:30Z",
    "2018-10-02T12:15:00Z, 2018-10-02T12:15:00Z",
    "2018-10-02T12:15:00+0100, 2018-10-02T11:15:00Z",
    "2018-10-02T12:15:00.000+02:00, 2018-10-02T10:15:00Z",
    "2018-10-02T12:15:00.25Z, 2018-10-02T12:15:00.250Z",
    "2018-10-02T12:15:00-04:00:00, 2018-10-02T16:15:00Z",
    "2018-10-02 12:15:00 +02:00, 2018-10-02T10:15:00Z",
    "2018-10-02T12:15+02, 2018-10-02T10:15:00Z",
    "20210301143000, 2021-03-01T13:30:00Z",
    "20210301143000-0400, 2021-03-01T18:30:00Z",
    "20210301143000Z, 2021-03-01T14:30:00Z",
    "2021-07-01T14:30:00, 2021-07-01T12:30:00Z",
    "2021-03-01T24:00:00Z, 2021-03-02T00:00:00Z",
    "2016-12-31T23:59:60Z, 2017-01-01T00:00:00Z",
    "2097-01-01T00:00:00Z, 2097-01-01T00:00:00Z",
    "1969-12-31T23:59:59.5Z, 1969-12-31T23:59:59.500Z"
  })
  void readsEveryForm(String text, Instant expected) {
    long micros = expected.getEpochSecond() * 1_000_000L + expected.getNano() / 1_000;
    assertThat(parse(times, text)).isEqualTo(micros);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ENDTIME",
        "@end-time@",
        "2018-10-02",
        "2018-13-01T00:00:00Z",
        "2019-02-29T00:00:00Z",
        "2018-10-02T25:00:00Z",
        "2018-10-02T12:60:00Z",
        "2018-10-02T12:15:00X",
        "2018-10-02T12:15:00+",
        "2018-10-02T12:15:00.Z",
        "2018/10/02T12:15:00Z",
        "2018-10-02T24:00:01Z",
        "2018-10-02T12:15:00Zx",
        "2018-02-30T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "18-10-02T12:15:00Z",
        "2018-10-02T24:00:00.5Z",
        "2018-10-02T24:01Z",
        "2018-10-02T12:34:60Z",
        "2016-12-30T23:59:60Z",
        "2016-12-31T23:59:60+05:00",
        "2016-12-31T23:59:60.5Z",
        "2018-10-02T12:1500Z",
        "2018-10-02T1215:00Z",
        "20181002T12:15:00Z",
        "2018-10-02T121500Z",
        "2018-10-02T12:15:00+18:30",
        "2018-10-02T12:15:00+2",
        "2018-10-02T12:15:00 CET",
        "+2018-10-02T12:15:00Z",
        "2018-10-02T1:15:00Z"
      })
  void refuses_whatIsNoTime(String text) {
    assertThat(parse(times, text)).isEqualTo(PmTime.BAD);
    assertThat(times.fault()).isEqualTo(TimeFault.NOT_A_TIME);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-29T01:59:59, 2026-03-29T00:59:59Z",
    "2026-03-29T02:00:00, NONEXISTENT",
    "2026-03-29T02:59:59, NONEXISTENT",
    "2026-03-29T03:00:00, 2026-03-29T01:00:00Z",
    "2026-03-29T02:30:00+01:00, 2026-03-29T01:30:00Z",
    "2026-10-25T01:59:59, 2026-10-24T23:59:59Z",
    "2026-10-25T02:00:00, AMBIGUOUS",
    "2026-10-25T02:59:59, AMBIGUOUS",
    "2026-10-25T03:00:00, 2026-10-25T02:00:00Z",
    "2026-10-25T02:30:00+02:00, 2026-10-25T00:30:00Z",
    "2026-10-25T02:30:00+01:00, 2026-10-25T01:30:00Z",
    "20261025023000, AMBIGUOUS"
  })
  void isOneInstantOrNone_whereClocksChange(String text, String expected) {
    long micros = parse(times, text);
    String found =
        micros == PmTime.BAD
            ? times.fault().name()
            : Instant.ofEpochSecond(micros / 1_000_000).toString();
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void endsTheDay_whereTheNextOneBeginsLater() {
    PmTime cairo = new PmTime(ZoneId.of("Africa/Cairo"));
    assertThat(parse(cairo, "2024-04-25T24:00:00"))
        .isEqualTo(Instant.parse("2024-04-25T22:00:00Z").getEpochSecond() * 1_000_000);
    assertThat(parse(cairo, "2024-04-26T00:00:00")).isEqualTo(PmTime.BAD);
    assertThat(cairo.fault()).isEqualTo(TimeFault.NONEXISTENT);
    assertThat(cairo.fault().sentence("Africa/Cairo")).contains("Africa/Cairo", "such as +01:00");
  }

  @Test
  void agreesWithTheJdk_forEveryQuarterOfAYear() {
    ZoneId zone = ZoneId.of("Europe/Berlin");
    LocalDateTime time = LocalDateTime.of(2026, 1, 1, 0, 0);
    for (; time.getYear() == 2026; time = time.plusMinutes(15)) {
      List<ZoneOffset> offsets = zone.getRules().getValidOffsets(time);
      long expected =
          offsets.size() == 1 ? time.toEpochSecond(offsets.get(0)) * 1_000_000 : PmTime.BAD;
      assertThat(parse(times, time.toString() + ":00")).as(time.toString()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PT900S, 900",
    "PT1M, 60",
    "PT15M, 900",
    "PT1H, 3600",
    "P1D, 86400",
    "P1DT1H, 90000",
    "900, 900",
    "' PT5M ', 300"
  })
  void readsGranularity(String text, int seconds) {
    assertThat(PmDuration.seconds(text)).isEqualTo(seconds);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "some duration",
        "PT",
        "PT15",
        "P1M",
        "-900",
        "PT0S",
        "99999999999",
        "@rep-period@",
        "PT5S3M",
        "PT1M1M",
        "P1DT",
        "P1W1D",
        "pt900s",
        "PT900",
        "PT1,5S",
        "P400D"
      })
  void refuses_whatIsNoGranularity(String text) {
    assertThat(PmDuration.seconds(text)).isEqualTo(PmDuration.BAD);
  }
}
