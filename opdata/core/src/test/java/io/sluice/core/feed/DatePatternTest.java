package io.sluice.core.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatePatternTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MM/dd/yyyy|02/28/2026|2026-02-28T00:00",
        "MM/dd/uuuu|02/29/2024|2024-02-29T00:00",
        "MM/dd/yy|02/28/26|2026-02-28T00:00",
        "uuuu-MM-dd HH:mm|2026-03-10 23:59|2026-03-10T23:59",
        "uuuu-MM-dd HH:mm|2026-03-10 24:00|2026-03-11T00:00",
        "uuuu-MM-dd HH:mm:ss.SSS|2026-12-31 24:00:00.000|2027-01-01T00:00",
        "uuuu-MM-dd HH|2026-03-10 07|2026-03-10T07:00",
        "dd.MM.uuuu hh:mm a|10.03.2026 12:05 AM|2026-03-10T00:05",
        "EEE dd MMM uuuu|Tue 10 Mar 2026|2026-03-10T00:00",
      })
  void readsWhatThePatternSays(String pattern, String text, LocalDateTime expected) {
    DatePattern.Read read = DatePattern.of(pattern).read(text).orElseThrow();
    assertThat(read.date().atTime(read.time() == null ? LocalTime.MIDNIGHT : read.time()))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MM/dd/yyyy|02/30/2026",
        "MM/dd/uuuu|02/29/2026",
        "MM/dd/uuuu|04/31/2026",
        "MM/dd/uuuu|13/01/2026",
        "MM/dd/uuuu|02/28/26",
        "MM/dd/y|02/28/26",
        "MM/dd/uuuu|02/28/2026x",
        "MM/dd/uuuu|2/28/2026",
        "uuuu-MM-dd HH:mm|2026-02-30 24:00",
        "uuuu-MM-dd HH:mm|2026-03-10 24:01",
        "uuuu-MM-dd HH:mm|2026-03-10 25:00",
        "uuuu-MM-dd HH:mm:ss|2026-03-10 12:00:60",
        "uuuu-MM-dd hh:mm|2026-03-10 05:00",
        "EEE dd MMM uuuu|Mon 10 Mar 2026",
      })
  void refusesWhatItDoesNotSay(String pattern, String text) {
    assertThat(DatePattern.of(pattern).read(text)).isEmpty();
  }

  @Test
  void keepsTheZoneOfTheText() {
    assertThat(DatePattern.of("uuuu-MM-dd HH:mmXXX").read("2026-03-10 24:00+02:00"))
        .isEqualTo(
            Optional.of(
                new DatePattern.Read(
                    LocalDate.of(2026, 3, 11), LocalTime.MIDNIGHT, ZoneId.of("+02:00"), true)));
  }
}
