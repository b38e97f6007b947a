package io.sluice.service.getter;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.getter.dispatch.DispatchSettings;
import io.sluice.getter.sweep.SweepSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class GetterPropertiesTest {

  @Test
  void hasTheseDefaults_whenNothingIsSet() {
    assertThat(bind(Map.of()))
        .isEqualTo(
            new GetterProperties(
                8,
                1,
                2,
                1,
                8,
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofMinutes(5),
                null,
                null,
                Path.of(System.getProperty("java.io.tmpdir")),
                new GetterProperties.Dispatch(
                    Duration.ofMillis(100),
                    8,
                    16,
                    200,
                    DataSize.ofMegabytes(8),
                    Duration.ofMillis(200),
                    2),
                new GetterProperties.Sweep(
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(10),
                    Duration.ofMinutes(2),
                    1000,
                    Duration.ofDays(3),
                    Duration.ofDays(14),
                    Duration.ofHours(1),
                    0.8)));
  }

  @Test
  void agreesWithTheLibrary_aboutDefaults() {
    GetterProperties properties = bind(Map.of());
    assertThat(properties.dispatch().settings()).isEqualTo(DispatchSettings.DEFAULTS);
    assertThat(properties.sweep().settings()).isEqualTo(SweepSettings.DEFAULTS);
  }

  @Test
  void takesEachProperty_whenSetByItsName() {
    assertThat(
            bind(
                Map.ofEntries(
                    Map.entry("sluice.getter.fetch-concurrency", "5"),
                    Map.entry("sluice.getter.fetch-bulk-concurrency", "6"),
                    Map.entry("sluice.getter.settle-concurrency", "7"),
                    Map.entry("sluice.getter.settle-bulk-concurrency", "8"),
                    Map.entry("sluice.getter.scan-concurrency", "9"),
                    Map.entry("sluice.getter.scan-interval", "10s"),
                    Map.entry("sluice.getter.host-pause", "14s"),
                    Map.entry("sluice.getter.batch-time", "13s"),
                    Map.entry("sluice.getter.unpark-every", "12s"),
                    Map.entry("sluice.getter.dispatch.interval", "31s"),
                    Map.entry("sluice.getter.dispatch.in-flight", "32"),
                    Map.entry("sluice.getter.dispatch.behind", "33"),
                    Map.entry("sluice.getter.dispatch.files", "34"),
                    Map.entry("sluice.getter.dispatch.size", "35KB"),
                    Map.entry("sluice.getter.dispatch.age", "36s"),
                    Map.entry("sluice.getter.dispatch.per-host", "37"),
                    Map.entry("sluice.getter.retry-pause", "15s"),
                    Map.entry("sluice.getter.file-ready-token", "open sesame"),
                    Map.entry("sluice.getter.file-ready-token-file", "/run/token"),
                    Map.entry("sluice.getter.temp", "/big"),
                    Map.entry("sluice.getter.sweep.messages", "16s"),
                    Map.entry("sluice.getter.sweep.staging", "17s"),
                    Map.entry("sluice.getter.sweep.lost-after", "18s"),
                    Map.entry("sluice.getter.sweep.republish", "19"),
                    Map.entry("sluice.getter.sweep.keep-raw", "20s"),
                    Map.entry("sluice.getter.sweep.keep-rejected", "21s"),
                    Map.entry("sluice.getter.sweep.keep-chunks", "22s"),
                    Map.entry("sluice.getter.sweep.fullest", "0.5"))))
        .isEqualTo(
            new GetterProperties(
                5,
                6,
                7,
                8,
                9,
                Duration.ofSeconds(10),
                Duration.ofSeconds(14),
                Duration.ofSeconds(13),
                Duration.ofSeconds(15),
                Duration.ofSeconds(12),
                "open sesame",
                Path.of("/run/token"),
                Path.of("/big"),
                new GetterProperties.Dispatch(
                    Duration.ofSeconds(31),
                    32,
                    33,
                    34,
                    DataSize.ofKilobytes(35),
                    Duration.ofSeconds(36),
                    37),
                new GetterProperties.Sweep(
                    Duration.ofSeconds(16),
                    Duration.ofSeconds(17),
                    Duration.ofSeconds(18),
                    19,
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(21),
                    Duration.ofSeconds(22),
                    0.5)));
  }

  @Test
  void keepsTheTokenToItself_whenPrinted() {
    Map<String, String> token = Map.of("sluice.getter.file-ready-token", "open sesame");
    assertThat(bind(token).toString()).doesNotContain("sesame");
  }

  private static GetterProperties bind(Map<String, String> values) {
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("sluice.getter", GetterProperties.class);
  }
}
