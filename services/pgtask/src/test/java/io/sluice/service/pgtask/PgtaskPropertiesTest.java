package io.sluice.service.pgtask;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class PgtaskPropertiesTest {

  @Test
  void hasTheseDefaults_whenNothingIsSet() {
    assertThat(bind(Map.of()))
        .isEqualTo(
            new PgtaskProperties(
                Path.of("tasks"),
                4,
                8,
                Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                Duration.ofDays(90)));
  }

  @Test
  void takesEachProperty_whenSetByItsName() {
    assertThat(
            bind(
                Map.of(
                    "sluice.pgtask.tasks", "/etc/sluice/tasks",
                    "sluice.pgtask.threads", "2",
                    "sluice.pgtask.connections", "3",
                    "sluice.pgtask.poll", "6s",
                    "sluice.pgtask.lease", "7m",
                    "sluice.pgtask.history-keep", "8d")))
        .isEqualTo(
            new PgtaskProperties(
                Path.of("/etc/sluice/tasks"),
                2,
                3,
                Duration.ofSeconds(6),
                Duration.ofMinutes(7),
                Duration.ofDays(8)));
  }

  @Test
  void renewsALeaseManyTimes_beforeItEnds() {
    assertThat(bind(Map.of()).renewEvery()).isEqualTo(Duration.ofSeconds(10));
  }

  private static PgtaskProperties bind(Map<String, String> values) {
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("sluice.pgtask", PgtaskProperties.class);
  }
}
