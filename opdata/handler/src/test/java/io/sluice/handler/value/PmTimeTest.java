package io.sluice.handler.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PmTimeTest {

  private final PmTime times = new PmTime(ZoneId.of("Europe/Berlin"));

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
    assertThat(times.parse(text)).isEqualTo(micros);
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
        "2018-10-02T12:15:00Zx"
      })
  void refuses_whatIsNoTime(String text) {
    assertThat(times.parse(text)).isEqualTo(PmTime.BAD);
  }

  @Test
  void countsDaysAsTheJdk_forAllOfTheCalendar() {
    for (LocalDate day = LocalDate.of(1, 1, 1); day.getYear() < 2200; day = day.plusDays(13)) {
      assertThat(PmTime.epochDay(day.getYear(), day.getMonthValue(), day.getDayOfMonth()))
          .isEqualTo(day.toEpochDay());
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
    assertThat(PmDuration.seconds(text.toCharArray(), 0, text.length())).isEqualTo(seconds);
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
        "@rep-period@"
      })
  void refuses_whatIsNoGranularity(String text) {
    assertThat(PmDuration.seconds(text.toCharArray(), 0, text.length())).isEqualTo(PmDuration.BAD);
  }
}
