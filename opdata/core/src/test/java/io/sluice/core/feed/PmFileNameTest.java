package io.sluice.core.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PmFileNameTest {

  private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "A20181002.0000+0100-0015+0100_gNB7.xml|2018-10-01T23:00:00Z|2018-10-01T23:15:00Z|gNB7",
        "A20181002.0000-1000-0015-1000_5G.xml.gz|2018-10-02T10:00:00Z|2018-10-02T10:15:00Z|5G",
        "A20230515.0700_0100-0715_0100_a_b|2023-05-15T06:00:00Z|2023-05-15T06:15:00Z|a_b",
        "A20230515.0700 0100-0715 0100_x.xml|2023-05-15T06:00:00Z|2023-05-15T06:15:00Z|x",
        "A20230515.0700-0715_1234.xml|2023-05-14T22:00:00Z|2023-05-14T22:15:00Z|1234",
        "B20021224.1700-1130-20021225.1705-1130_EM|2002-12-25T04:30:00Z|2002-12-26T04:35:00Z|EM",
        "C20050907.1030+0000-1045+0000_-job10_MSC_-_2.xml|2005-09-07T10:30:00Z|2005-09-07T10:45:00Z|MSC",
        "D20050907.1030+0000-1045+0000_-job10_-_2|2005-09-07T10:30:00Z|2005-09-07T10:45:00Z|",
        "A20050907.2345+0000-0000+0000.xml2|2005-09-07T23:45:00Z|2005-09-08T00:00:00Z|",
        "/pm/x/PM20050907.2345+0000-0000+0000_g.tar.gz|2005-09-07T23:45:00Z|2005-09-08T00:00:00Z|g",
        "A20261120.2345+0000-2400+0000_g|2026-11-20T23:45:00Z|2026-11-21T00:00:00Z|g",
        "site_A20050907.2345+0000-0000+0000_g.zip|2005-09-07T23:45:00Z|2005-09-08T00:00:00Z|g",
      })
  void readsName_whenItFollowsTheConvention(
      String name, Instant begin, Instant end, String element) {
    assertThat(PmFileName.parse(name, TOKYO))
        .contains(new PmFileName(begin, end, Optional.ofNullable(element)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "report.csv",
        "A2018.xml",
        "A20181302.0000+0100-0015+0100_x",
        "A20260230.0000+0100-0015+0100_x",
        "A20181002.2500-2515_x",
        "A20181002.2401-2415_x",
        "A20181002.0000+9900-0015+9900_x",
        "E20181002.0000+0100-0015+0100_x",
        "XA20181002.0000+0100-0015+0100_x",
      })
  void readsNothing_whenNameIsOfAnotherKind(String name) {
    assertThat(PmFileName.parse(name, TOKYO)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A20260329.0215-0230_gNB7",
        "A20261025.0215-0230_gNB7",
        "A20260230.0000-0015_gNB7"
      })
  void knowsTheElementAlone_whenTheTimesAreNoneOrTwo(String name) {
    assertThat(PmFileName.parse(name, ZoneId.of("Europe/Berlin"))).isEmpty();
    assertThat(PmFileName.elementIn(name)).contains("gNB7");
  }
}
