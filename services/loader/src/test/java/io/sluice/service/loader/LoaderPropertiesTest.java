package io.sluice.service.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loader.LoadSettings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class LoaderPropertiesTest {

  @Test
  void hasTheseDefaults_whenNothingIsSet() {
    assertThat(bind(Map.of()))
        .isEqualTo(
            new LoaderProperties(
                1,
                1,
                Duration.ofSeconds(2),
                Duration.ofSeconds(20),
                6,
                Duration.ofMillis(100),
                3,
                100,
                Duration.ofSeconds(10)));
  }

  @Test
  void agreesWithTheLibrary_aboutDefaults() {
    assertThat(bind(Map.of()).settings()).isEqualTo(LoadSettings.defaults());
  }

  @Test
  void takesEachProperty_whenSetByItsName() {
    assertThat(
            bind(
                Map.ofEntries(
                    Map.entry("sluice.loader.concurrency", "2"),
                    Map.entry("sluice.loader.bulk-concurrency", "3"),
                    Map.entry("sluice.loader.ddl-lock-timeout", "4s"),
                    Map.entry("sluice.loader.load-lock-timeout", "5s"),
                    Map.entry("sluice.loader.retries", "7"),
                    Map.entry("sluice.loader.backoff", "8ms"),
                    Map.entry("sluice.loader.staging-reads", "9"),
                    Map.entry("sluice.loader.temp-tables", "11"),
                    Map.entry("sluice.loader.retry-pause", "12s"))))
        .isEqualTo(
            new LoaderProperties(
                2,
                3,
                Duration.ofSeconds(4),
                Duration.ofSeconds(5),
                7,
                Duration.ofMillis(8),
                9,
                11,
                Duration.ofSeconds(12)));
  }

  private static LoaderProperties bind(Map<String, String> values) {
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("sluice.loader", LoaderProperties.class);
  }
}
