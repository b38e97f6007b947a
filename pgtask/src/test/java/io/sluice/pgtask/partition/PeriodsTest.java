package io.sluice.pgtask.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.catalog.TimePartitions;
import io.sluice.core.feed.FeedTarget.Partitioning;
import io.sluice.core.feed.FeedTarget.Partitioning.By;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.task.Epoch;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.Interval.Unit;
import io.sluice.pgtask.task.TextTime;
import io.sluice.pgtask.task.TimeEncoding;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeriodsTest {

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static Periods calendar(KeyType type, Unit unit, ZoneId zone) {
    return Periods.of(type, Optional.empty(), zone, new Interval.Calendar(unit), Optional.empty());
  }

  private static Periods ids(long count) {
    return Periods.of(
        KeyType.INT8, Optional.empty(), ZoneOffset.UTC, new Interval.Ids(count), Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({
    "HOUR,UTC", "DAY,UTC", "WEEK,UTC", "MONTH,UTC",
    "HOUR,Asia/Shanghai", "DAY,Asia/Shanghai", "WEEK,Asia/Shanghai", "MONTH,Asia/Shanghai",
    "HOUR,Europe/Berlin", "DAY,Europe/Berlin", "WEEK,America/Havana", "MONTH,Australia/Lord_Howe",
    "HOUR,Asia/Kathmandu", "DAY,America/Havana"
  })
  void agreesWithTheLoader_whateverPeriodAndZone(By by, String zoneName) {
    ZoneId zone = ZoneId.of(zoneName);
    TimePartitions loader =
        new TimePartitions(new Partitioning(by, Duration.ofDays(3), Optional.empty()), zone);
    Periods periods = calendar(KeyType.TIMESTAMPTZ, Unit.valueOf(by.name()), zone);
    Instant time = Instant.parse("2026-01-01T00:07:30Z");
    for (int i = 0; i < 3000; i++, time = time.plus(Duration.ofMinutes(181))) {
      long value = periods.value(time);
      Instant start = loader.startOf(time);
      assertThat(periods.instant(periods.startOf(value))).isEqualTo(start);
      assertThat(periods.instant(periods.next(periods.startOf(value))))
          .isEqualTo(loader.next(start));
      assertThat(periods.name("cdr", periods.startOf(value))).isEqualTo(loader.name("cdr", start));
    }
  }

  @Test
  void daysHave23And25Hours_whenClocksChange() {
    Periods days = calendar(KeyType.TIMESTAMPTZ, Unit.DAY, BERLIN);
    assertThat(hours(days, "2026-03-29T12:00:00Z")).isEqualTo(23);
    assertThat(hours(days, "2026-10-25T12:00:00Z")).isEqualTo(25);
    assertThat(hours(days, "2026-10-26T12:00:00Z")).isEqualTo(24);
  }

  private static long hours(Periods periods, String time) {
    Bounds day = periods.periodOf(periods.value(Instant.parse(time)));
    return (day.to() - day.from()) / 3_600_000_000L;
  }

  @ParameterizedTest
  @CsvSource({"2026-03-28T22:00:00Z", "2026-10-24T21:00:00Z"})
  void localHoursAscendWithoutGapOrOverlap_whenClocksChange(String begin) {
    Periods periods =
        Periods.of(
            KeyType.TIMESTAMP,
            Optional.empty(),
            BERLIN,
            new Interval.Fixed(Duration.ofMinutes(15)),
            Optional.empty());
    for (Periods each : List.of(periods, calendar(KeyType.TIMESTAMP, Unit.HOUR, BERLIN))) {
      long start = each.startOf(each.value(Instant.parse(begin)));
      List<Long> starts = new ArrayList<>();
      for (int i = 0; i < 30; i++, start = each.next(start)) {
        starts.add(start);
        assertThat(each.startOf(start)).isEqualTo(start);
        assertThat(each.startOf(each.next(start) - 1)).isEqualTo(start);
        assertThat(each.previous(each.next(start))).isEqualTo(start);
      }
      assertThat(starts).isSorted().doesNotHaveDuplicates();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "QUARTER,2026-11-20T12:00:00Z,2026-10-01T00:00:00Z,2027-01-01T00:00:00Z,cdr_p2026q4",
    "YEAR,2026-11-20T12:00:00Z,2026-01-01T00:00:00Z,2027-01-01T00:00:00Z,cdr_p2026",
    "WEEK,2026-11-22T23:59:59Z,2026-11-16T00:00:00Z,2026-11-23T00:00:00Z,cdr_p20261116",
  })
  void knowsStartEndAndName(Unit unit, Instant time, Instant start, Instant next, String name) {
    Periods periods = calendar(KeyType.TIMESTAMPTZ, unit, ZoneOffset.UTC);
    long from = periods.startOf(periods.value(time));
    assertThat(periods.instant(from)).isEqualTo(start);
    assertThat(periods.instant(periods.next(from))).isEqualTo(next);
    assertThat(periods.previous(periods.next(from))).isEqualTo(from);
    assertThat(periods.name("cdr", from)).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource({
    "DAY,yyyyMMdd,Europe/Berlin,20261120,20261121",
    "HOUR,yyyy-MM-dd HH,Asia/Kathmandu,2026-11-20 17,2026-11-20 18",
    "MONTH,yyyy.MM,Asia/Shanghai,2026.11,2026.12",
    "YEAR,yyyy,UTC,2026,2027",
    "WEEK,yyyyMMdd'T'HHmmss,UTC,20261116T000000,20261123T000000"
  })
  void writesBoundsAsTheColumnDoes(Unit by, String pattern, ZoneId zone, String from, String to) {
    Periods periods =
        Periods.of(
            KeyType.TEXT,
            Optional.of(new TextTime(pattern)),
            zone,
            new Interval.Calendar(by),
            Optional.empty());
    long now = periods.value(Instant.parse("2026-11-20T12:00:00Z"));
    Bounds bounds = periods.periodOf(now);
    assertThat(bounds.lower()).isEqualTo("text '" + from + "'");
    assertThat(bounds.upper()).isEqualTo("text '" + to + "'");
    assertThat(KeyType.TEXT.parse(from)).contains(bounds.from());
    assertThat(KeyType.VARCHAR.parse(to)).contains(bounds.to());
    assertThat(from).matches(new TextTime(pattern).regex());
    assertThat(periods.previous(bounds.to())).isEqualTo(bounds.from());
  }

  @ParameterizedTest
  @CsvSource({"cdr,1", "中文表,20", "a_table_with_a_rather_long_name_of_its_own,1"})
  void namesStayApartWithin63Bytes_howeverLongTheirFormatIs(String table, int times) {
    for (String rest : List.of("_p{yyyyMMdd}", "_" + "x".repeat(60) + "{yyyyMMdd}")) {
      Periods days =
          Periods.of(
              KeyType.DATE,
              Optional.empty(),
              ZoneOffset.UTC,
              new Interval.Calendar(Unit.DAY),
              Optional.of("{table}" + rest));
      List<String> names =
          List.of(days.name(table.repeat(times), 1), days.name(table.repeat(times), 2));
      assertThat(names).doesNotHaveDuplicates();
      assertThat(names)
          .allMatch(name -> name.getBytes(StandardCharsets.UTF_8).length <= 63 && !name.isEmpty());
    }
  }

  @Test
  void endsWhereUuidsDo() {
    Periods years =
        Periods.of(
            KeyType.UUID,
            Optional.of(new TimeEncoding.Uuid7()),
            ZoneId.of("Asia/Shanghai"),
            new Interval.Calendar(Unit.YEAR),
            Optional.empty());
    assertThat(years.periodOf(1000).lower()).contains("00000000-0000-0000-0000-000000000000");
    assertThat(years.previous(years.startOf(1000))).isZero();
    long end = (1L << 48) * 1000;
    assertThatThrownBy(() -> years.periodOf(end - 1000)).hasMessageContaining("10889");
    assertThat(KeyType.UUID.parse("019a9e72-7800-7000-0000-000000000000")).isEmpty();
  }

  @Test
  void countsFixedPeriodsFromTheEpoch() {
    Periods periods =
        Periods.of(
            KeyType.TIMESTAMPTZ,
            Optional.empty(),
            BERLIN,
            new Interval.Fixed(Duration.ofHours(6)),
            Optional.empty());
    long from = periods.startOf(periods.value(Instant.parse("2026-11-20T11:59:00Z")));
    assertThat(periods.instant(from)).isEqualTo("2026-11-20T06:00:00Z");
    assertThat(periods.name("cdr", from)).isEqualTo("cdr_p20261120_0600z");
  }

  @Test
  void countsIds_alsoBelowZero() {
    assertThat(ids(1000).periodOf(1999).from()).isEqualTo(1000);
    assertThat(ids(1000).periodOf(-1).from()).isEqualTo(-1000);
    assertThat(ids(1000).periodOf(2000).to()).isEqualTo(3000);
    assertThat(ids(1000).name("cdr", 2000)).isEqualTo("cdr_p2000");
    assertThat(ids(1000).name("cdr", -1000)).isEqualTo("cdr_pm1000");
  }

  @ParameterizedTest
  @CsvSource({
    "SECONDS,1795132800",
    "MILLISECONDS,1795132800000",
    "MICROSECONDS,1795132800000000",
    "NANOSECONDS,1795132800000000000"
  })
  void understandsWholeNumbersThatHoldTimes(Epoch epoch, long midnight) {
    Periods periods =
        Periods.of(
            KeyType.INT8,
            Optional.of(epoch),
            ZoneOffset.UTC,
            new Interval.Calendar(Unit.DAY),
            Optional.empty());
    Instant noon = Instant.parse("2026-11-20T12:00:00Z");
    assertThat(periods.startOf(periods.value(noon))).isEqualTo(midnight);
    assertThat(periods.instant(midnight)).isEqualTo("2026-11-20T00:00:00Z");
    assertThat(periods.periodOf(midnight).forValues())
        .startsWith("for values from ('" + midnight + "'::int8)");
    assertThat(periods.name("cdr", midnight)).isEqualTo("cdr_p20261120");
  }

  @Test
  void writesLiteralsOfEachType() {
    assertThat(calendar(KeyType.TIMESTAMPTZ, Unit.DAY, BERLIN).periodOf(1795176000000000L))
        .hasToString(
            "[timestamptz '2026-11-19 23:00:00+00', timestamptz '2026-11-20 23:00:00+00')");
    assertThat(calendar(KeyType.TIMESTAMP, Unit.DAY, BERLIN).periodOf(1795176000000000L))
        .hasToString("[timestamp '2026-11-20 00:00:00', timestamp '2026-11-21 00:00:00')");
    assertThat(calendar(KeyType.DATE, Unit.MONTH, BERLIN).periodOf(20_777))
        .hasToString("[date '2026-11-01', date '2026-12-01')");
    assertThat(ids(10).periodOf(-5)).hasToString("['-10'::int8, '0'::int8)");
  }

  @Test
  void formatsNames_whenToldHow() {
    Periods periods =
        Periods.of(
            KeyType.TIMESTAMPTZ,
            Optional.empty(),
            BERLIN,
            new Interval.Calendar(Unit.DAY),
            Optional.of("{table}_p{yyyy_MM_dd}"));
    long from = periods.startOf(periods.value(Instant.parse("2026-11-20T12:00:00Z")));
    assertThat(periods.name("cdr", from)).isEqualTo("cdr_p2026_11_20");
    String longName = periods.name("ü".repeat(40), from);
    assertThat(longName.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(63);
    assertThat(longName).endsWith("_p2026_11_20");
    Periods ids =
        Periods.of(
            KeyType.INT8,
            Optional.empty(),
            BERLIN,
            new Interval.Ids(10),
            Optional.of("{table}_{from}"));
    assertThat(ids.name("cdr", 20)).isEqualTo("cdr_20");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-01T00:00:00Z,2026-12-01T00:00:00Z,UTC,MONTH",
    "2026-10-31T23:00:00Z,2026-11-30T23:00:00Z,Europe/Berlin,MONTH",
    "2026-11-16T00:00:00Z,2026-11-23T00:00:00Z,UTC,WEEK",
    "2026-11-20T00:00:00Z,2026-11-21T00:00:00Z,UTC,DAY",
    "2026-11-20T05:00:00Z,2026-11-20T06:00:00Z,UTC,HOUR",
    "2026-01-01T00:00:00Z,2027-01-01T00:00:00Z,UTC,YEAR"
  })
  void adoptsTheWidthOfWhatIsThere(Instant from, Instant to, String zone, Unit unit) {
    Periods any = calendar(KeyType.TIMESTAMPTZ, Unit.DAY, ZoneOffset.UTC);
    Bounds range = Bounds.of(KeyType.TIMESTAMPTZ, any.value(from), any.value(to));
    Periods adopted =
        Periods.like(
            KeyType.TIMESTAMPTZ, Optional.empty(), ZoneId.of(zone), range, Optional.empty());
    assertThat(adopted.interval()).isEqualTo(new Interval.Calendar(unit));
  }

  @Test
  void goesOnFromWhatIsThere_whenItIsNoCalendarPeriod() {
    Periods any = calendar(KeyType.TIMESTAMPTZ, Unit.DAY, ZoneOffset.UTC);
    long from = any.value(Instant.parse("2026-11-20T06:00:00Z"));
    long to = any.value(Instant.parse("2026-11-30T06:00:00Z"));
    Periods times =
        Periods.like(
            KeyType.TIMESTAMPTZ,
            Optional.empty(),
            ZoneOffset.UTC,
            Bounds.of(KeyType.TIMESTAMPTZ, from, to),
            Optional.empty());
    assertThat(times.startOf(to)).isEqualTo(to);
    assertThat(times.next(to) - to).isEqualTo(to - from);
    Periods ids =
        Periods.like(
            KeyType.INT4,
            Optional.empty(),
            ZoneOffset.UTC,
            Bounds.of(KeyType.INT4, 1, 1001),
            Optional.empty());
    assertThat(ids.periodOf(1500)).isEqualTo(Bounds.of(KeyType.INT4, 1001, 2001));
  }

  @Test
  void refusesPeriodsThatDoNotFitTheColumn() {
    assertThatThrownBy(() -> calendar(KeyType.INT8, Unit.DAY, BERLIN))
        .hasMessageContaining("epoch:");
    assertThatThrownBy(() -> calendar(KeyType.DATE, Unit.HOUR, BERLIN))
        .hasMessageContaining("shorter than a day");
    assertThatThrownBy(
            () ->
                Periods.of(
                    KeyType.DATE, Optional.empty(), BERLIN, new Interval.Ids(5), Optional.empty()))
        .hasMessageContaining("number of ids");
  }
}
