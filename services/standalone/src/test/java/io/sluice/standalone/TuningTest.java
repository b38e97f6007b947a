package io.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.SluiceProperties;
import io.sluice.service.getter.GetterProperties;
import io.sluice.service.handler.HandlerProperties;
import io.sluice.service.loader.LoaderProperties;
import io.sluice.service.pgtask.PgtaskProperties;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;

class TuningTest {

  private static final Set<Class<?>> TYPES_OF_PLACES = Set.of(Path.class, URI.class);

  @Test
  void obeysHowItWorks_notWhere() {
    Tuning tuning =
        Tuning.of(
            Map.ofEntries(
                Map.entry("SLUICE_FEEDS", "/etc/sluice/feeds"),
                Map.entry("SLUICE_FEEDS_RELOAD", "1s"),
                Map.entry("SLUICE_FEEDSRELOAD", "1s"),
                Map.entry("SLUICE_DATABASE_URL", "jdbc:postgresql://prod/sluice"),
                Map.entry("SLUICE_DATABASE_POOLSIZE", "4"),
                Map.entry("SLUICE_BROKER_ADDRESSES_0", "prod:5672"),
                Map.entry("SLUICE_BROKER_VIRTUAL_HOST", "prod"),
                Map.entry("SLUICE_STAGING_S3_ENDPOINT", "https://prod"),
                Map.entry("SLUICE_STAGING_MINFREE", "2GB"),
                Map.entry("LOGGING_LEVEL_ROOT", "DEBUG"),
                Map.entry("LOGGING_FILE_NAME", "/var/log/sluice.log"),
                Map.entry("SPRING_CONFIG_IMPORT", "file:/etc/sluice/sluice.yaml"),
                Map.entry("SERVER_PORT", "80")));
    assertThat(tuning.settings())
        .containsOnlyKeys(
            "SLUICE_FEEDS_RELOAD",
            "SLUICE_FEEDSRELOAD",
            "SLUICE_DATABASE_POOLSIZE",
            "SLUICE_STAGING_MINFREE",
            "LOGGING_LEVEL_ROOT");
    assertThat(tuning.ignored())
        .containsExactly(
            "SLUICE_BROKER_ADDRESSES_0",
            "SLUICE_BROKER_VIRTUAL_HOST",
            "SLUICE_DATABASE_URL",
            "SLUICE_FEEDS",
            "SLUICE_STAGING_S3_ENDPOINT");
  }

  /** A setting that is added later and names a place has to be added to the list too. */
  @Test
  void knowsEveryPathAndUri() {
    List<String> places = new ArrayList<>();
    for (Class<?> type :
        List.of(
            SluiceProperties.class,
            GetterProperties.class,
            HandlerProperties.class,
            LoaderProperties.class,
            PgtaskProperties.class)) {
      places(type.getAnnotation(ConfigurationProperties.class).value(), type, places);
    }
    assertThat(places).isNotEmpty();
    assertThat(places).allMatch(Tuning::isPlace);
  }

  private static void places(String prefix, Class<?> type, List<String> places) {
    for (RecordComponent component : type.getRecordComponents()) {
      String name = prefix + "." + component.getName();
      if (TYPES_OF_PLACES.contains(component.getType())) {
        places.add(name);
      } else if (component.getType().isRecord()) {
        places(name, component.getType(), places);
      }
    }
  }
}
