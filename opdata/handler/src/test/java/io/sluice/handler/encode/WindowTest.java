package io.sluice.handler.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.feed.FeedTarget.Partitioning;
import io.sluice.core.feed.FeedTarget.Partitioning.By;
import io.sluice.core.yaml.Retention;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class WindowTest {

  @Test
  void takesRowsOfTheMonthsThatAreKept_onTheCalendarOfTheZone() {
    Partitioning partition =
        new Partitioning(By.DAY, Duration.ofDays(3), Retention.parse("13 months"));
    Instant now = Instant.parse("2026-11-10T12:00:00Z");
    Window window = new Window(partition, ZoneId.of("Europe/Berlin"), now);
    assertThat(window).hasToString("from 2025-10-10T11:00:00Z until 2026-11-13T12:00:00Z");
    assertThat(window.contains(micros("2025-10-10T11:00:00Z"))).isTrue();
    assertThat(window.contains(micros("2025-10-10T10:59:59Z"))).isFalse();
  }

  private static long micros(String time) {
    return Instant.parse(time).toEpochMilli() * 1000;
  }
}
