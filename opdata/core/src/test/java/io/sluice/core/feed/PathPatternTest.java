package io.sluice.core.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathPatternTest {

  private static final Instant NOW = Instant.parse("2026-11-20T09:00:00Z");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/pm/{yyyyMMdd}/A*.xml.gz|/pm/20261120/A1.xml.gz|true",
        "/pm/{yyyyMMdd}/A*.xml.gz|/pm/20261120/B1.xml.gz|false",
        "/pm/{yyyyMMdd}/A*.xml.gz|/pm/20261320/A1.xml.gz|false",
        "/pm/{yyyyMMdd}/A*.xml.gz|/pm/2026112/A1.xml.gz|false",
        "/pm/{yyyyMMdd}/A*.xml.gz|/pm/20261120/x/A1.xml.gz|false",
        "/pm/{yyyyMMdd}/A*.xml.gz|pm/20261120/A1.xml.gz|false",
        "/pm/{yyyy-MM-dd}/{HH}/*|/pm/2026-11-20/23/a|true",
        "/pm/{yyyy-MM-dd}/{HH}/*|/pm/2026-11-20/24/a|false",
        "/pm/{yyyy}/{DDD}/*|/pm/2026/366/a|false",
        "/pm/{yyyy}/{DDD}/*|/pm/2024/366/a|true",
        "/pm/{yyyyMMdd'T'HH}/*|/pm/20261120T07/a|true",
        "/pm/**/*.xml|/pm/a.xml|true",
        "/pm/**/*.xml|/pm/x/y/z/a.xml|true",
        "/pm/**/*.xml|/other/a.xml|false",
        "/pm/**/out/**/*.xml|/pm/x/out/y/a.xml|true",
        "/pm/**/out/**/*.xml|/pm/x/y/a.xml|false",
        "/pm/{ems1,ems2}/*.{xml,xml.gz}|/pm/ems2/a.xml.gz|true",
        "/pm/{ems1,ems2}/*.{xml,xml.gz}|/pm/ems3/a.xml.gz|false",
        "/pm/{a*,b?}/x|/pm/b1/x|true",
        "/pm/[A-C]?[!0-9].xml|/pm/B7x.xml|true",
        "/pm/[A-C]?[!0-9].xml|/pm/B71.xml|false",
        "/pm/a\\*.xml|/pm/a*.xml|true",
        "/pm/a\\*.xml|/pm/ab.xml|false",
        "/pm/(a+b).xml|/pm/(a+b).xml|true",
        "/pm/*.xml|/pm/a b.xml|true",
      })
  void matchesPath_whenEveryNameFits(String pattern, String path, boolean expected) {
    assertThat(PathPattern.of(pattern, ZoneOffset.UTC).matches(path)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "/pm/{yyyyMMdd}/A*.xml.gz, /pm",
    "/data/pm/out/*, /data/pm/out",
    "/data/pm/out/one.xml, /data/pm/out",
    "/*.xml, /",
    "/d\\[1/*.xml, /d[1",
    "'/a/{b,c}/d/*', /a"
  })
  void listsFromFixedDirectories(String pattern, String base) {
    assertThat(PathPattern.of(pattern, ZoneOffset.UTC).base()).isEqualTo(base);
  }

  @Test
  void entersDirectory_whenItsDateMayBeInTheWindow() {
    PathPattern pattern = PathPattern.of("/pm/{yyyy}/{MMdd}/{HH}/*.xml", ZoneOffset.UTC);
    PathPattern.Level base = pattern.scan(NOW.minusSeconds(6 * 3600), NOW);

    assertThat(base.directory("2025")).isEmpty();
    assertThat(base.directory("lost+found")).isEmpty();
    PathPattern.Level year = base.directory("2026").orElseThrow();
    assertThat(year.directory("1117")).isEmpty();
    assertThat(year.directory("1123")).isEmpty();
    assertThat(year.directory("1119")).as("a day of slack for other zones").isPresent();
    PathPattern.Level day = year.directory("1120").orElseThrow();
    assertThat(day.file("a.xml")).as("files lie one level deeper").isFalse();
    assertThat(day.directory("08").orElseThrow().file("a.xml")).isTrue();
    assertThat(day.directory("25")).isEmpty();
  }

  @Test
  void scansAnyDepth_whenPatternHasTwoStars() {
    PathPattern pattern = PathPattern.of("/pm/**/{yyyyMMdd}/*.xml", ZoneOffset.UTC);
    PathPattern.Level base = pattern.scan(NOW.minusSeconds(3600), NOW);

    PathPattern.Level old = base.directory("20200101").orElseThrow();
    assertThat(old.file("a.xml")).as("only as a directory before the dated one").isFalse();
    assertThat(base.directory("20261120").orElseThrow().file("a.xml")).isTrue();
    assertThat(old.directory("20261120").orElseThrow().file("a.xml")).isTrue();
    assertThat(base.file("a.xml")).isFalse();
  }

  @Test
  void takesLateFile_whenOnlyItsNameIsOld() {
    PathPattern pattern = PathPattern.of("/pm/A{yyyyMMdd}*.xml", ZoneOffset.UTC);
    assertThat(pattern.scan(NOW, NOW).file("A20200101.xml")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "/pm/{yyyyMMdd}/*, UTC, /pm/20261120/a, 2026-11-21T00:00:00Z",
    "/pm/{yyyyMMdd}/*, Europe/Berlin, /pm/20261120/a, 2026-11-20T23:00:00Z",
    "/pm/{yyyyMMdd}/x{HHmm}.csv, UTC, /pm/20261120/x0715.csv, 2026-11-20T07:16:00Z",
    "/pm/{yyyyMMdd}/x{HHmm}.csv, UTC, /pm/20261120/x2400.csv, 2026-11-21T00:01:00Z",
    "/pm/{yyyyMM}/*, UTC, /pm/202612/a, 2027-01-01T00:00:00Z",
    "/pm/{yyMMdd}/*, UTC, /pm/261120/a, 2026-11-21T00:00:00Z",
    "/pm/{yyyyMMdd}/*, UTC, /pm/20261120/A20261120.0700+0100-0715+0100_x, 2026-11-20T06:15:00Z",
    "/pm/*.xml, Asia/Tokyo, /pm/A20261120.0700-0715.xml, 2026-11-19T22:15:00Z",
  })
  void knowsPeriod_whenPathHasDates(String pattern, String zone, String path, Instant end) {
    assertThat(PathPattern.of(pattern, ZoneId.of(zone)).periodEnd(path)).contains(end);
  }

  @Test
  void knowsNoPeriod_whenPathHasNoYearOrDoesNotMatch() {
    PathPattern pattern = PathPattern.of("/pm/{MMdd}/*.csv", ZoneOffset.UTC);
    assertThat(pattern.periodEnd("/pm/1120/a.csv")).isEmpty();
    assertThat(pattern.periodEnd("/x/A20261120.0700-0715.csv")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "pm/*.xml",
        "/pm/",
        "/pm//a",
        "/pm/**",
        "/pm/a**/b",
        "/pm/../a",
        "/pm/{yyyyMMdd",
        "/pm/[a",
        "/pm/{foo}",
        "/pm/{MMM}/a",
        "/pm/{-}/a",
        "/pm/{}/a",
        "/pm/{a,{b}}",
        "/pm/x\\",
        "/pm/[z-a]",
      })
  void refusesPattern_withRemedy(String pattern) {
    assertThatThrownBy(() -> PathPattern.of(pattern, ZoneOffset.UTC))
        .isInstanceOfSatisfying(
            BadPatternException.class,
            e -> {
              assertThat(e.getMessage()).isNotBlank();
              assertThat(e.remedy()).endsWith(".");
            });
  }
}
