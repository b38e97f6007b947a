package io.sluice.core.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionTest {

  @ParameterizedTest
  @CsvSource({
    "90d,90d",
    "24h,1d",
    "1 month,1 month",
    "13 months,13 months",
    "1 year,1 year",
    "24 months,2 years"
  })
  void readsAndWritesBothForms(String text, String written) {
    assertThat(Retention.parse(text).map(Retention::format)).contains(written);
  }

  @Test
  void isTheSame_whetherYearsOrMonthsAreWritten() {
    assertThat(Retention.parse("2 years")).isEqualTo(Retention.parse("24 months"));
    assertThat(Retention.parse("13 months")).contains(Period.of(1, 1, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0 months", "13months", "13mo", "1.5 years", "-1 month", "99999 years"})
  void readsNothingElse(String text) {
    assertThat(Retention.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "13 months,UTC,2026-11-20T12:00:00Z,2025-10-20T12:00:00Z",
    "1 month,UTC,2027-03-31T00:00:00Z,2027-02-28T00:00:00Z",
    "1 month,UTC,2028-03-31T00:00:00Z,2028-02-29T00:00:00Z",
    "1 year,UTC,2028-02-29T06:00:00Z,2027-02-28T06:00:00Z",
    "1 month,Europe/Berlin,2026-11-10T12:00:00Z,2026-10-10T11:00:00Z",
    "1 month,Europe/Berlin,2026-04-29T00:30:00Z,2026-03-29T01:30:00Z",
    "1 month,Asia/Shanghai,2026-03-31T16:30:00Z,2026-02-28T16:30:00Z",
    "30d,Europe/Berlin,2026-11-10T12:00:00Z,2026-10-11T12:00:00Z"
  })
  void goesBackOnTheCalendarOfTheZone(String text, ZoneId zone, Instant now, Instant before) {
    assertThat(Retention.before(now, Retention.parse(text).orElseThrow(), zone)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "1 month,28,31",
    "3 months,89,92",
    "1 year,365,366",
    "4 years,1461,1461",
    "90d,90,90"
  })
  void knowsHowShortAndLongItCanBe(String text, long shortest, long longest) {
    assertThat(Retention.parse(text).map(Retention::shortest)).contains(Duration.ofDays(shortest));
    assertThat(Retention.parse(text).map(Retention::longest)).contains(Duration.ofDays(longest));
  }
}
