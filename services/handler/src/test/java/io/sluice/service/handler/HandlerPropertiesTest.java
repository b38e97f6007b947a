package io.sluice.service.handler;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class HandlerPropertiesTest {

  @Test
  void hasTheseDefaults_whenNothingIsSet() {
    assertThat(bind(Map.of()))
        .isEqualTo(
            new HandlerProperties(
                2,
                1,
                DataSize.ofMegabytes(8),
                DataSize.ofMegabytes(64),
                Path.of(System.getProperty("java.io.tmpdir")),
                Duration.ofMillis(500),
                3,
                Duration.ofSeconds(10)));
  }

  @Test
  void takesEachProperty_whenSetByItsName() {
    assertThat(
            bind(
                Map.of(
                    "sluice.handler.concurrency", "3",
                    "sluice.handler.bulk-concurrency", "9",
                    "sluice.handler.chunk-size", "1MB",
                    "sluice.handler.block-memory", "2MB",
                    "sluice.handler.temp", "/big",
                    "sluice.handler.missing-retry", "2s",
                    "sluice.handler.missing-retries", "6",
                    "sluice.handler.retry-pause", "7s")))
        .isEqualTo(
            new HandlerProperties(
                3,
                9,
                DataSize.ofMegabytes(1),
                DataSize.ofMegabytes(2),
                Path.of("/big"),
                Duration.ofSeconds(2),
                6,
                Duration.ofSeconds(7)));
  }

  private static HandlerProperties bind(Map<String, String> values) {
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("sluice.handler", HandlerProperties.class);
  }
}
