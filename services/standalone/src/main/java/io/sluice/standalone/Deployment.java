package io.sluice.standalone;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * What is started in this JVM.
 *
 * @param places where it lives
 * @param settings of its services, beside those that follow from its places
 * @param tuning what the process's environment may add
 * @param before done in the warehouse before the services start
 * @param more beans or configuration, beside those of the services
 */
record Deployment(
    PlaceOptions places,
    Map<String, Object> settings,
    Tuning tuning,
    Consumer<DataSource> before,
    List<Class<?>> more) {

  static Deployment at(PlaceOptions places) {
    return new Deployment(places, Map.of(), Tuning.NONE, warehouse -> {}, List.of());
  }

  Deployment with(Map<String, Object> others) {
    Map<String, Object> all = new HashMap<>(settings);
    all.putAll(others);
    return new Deployment(places, all, tuning, before, more);
  }

  Deployment tunedBy(Tuning other) {
    return new Deployment(places, settings, other, before, more);
  }

  Deployment startingWith(Consumer<DataSource> first) {
    return new Deployment(places, settings, tuning, first, more);
  }

  Deployment with(Class<?> bean) {
    return new Deployment(places, settings, tuning, before, List.of(bean));
  }

  Path staging() {
    return places.data().resolve("staging");
  }

  Path temp() {
    return places.data().resolve("tmp");
  }

  Path log() {
    return places.data().resolve("log/sluice.log");
  }
}
