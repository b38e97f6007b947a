package io.sluice.core.feed;

import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The feeds in effect at one time. Immutable.
 *
 * @param byName by {@link Feed#name()}, in its order
 * @param loadedAt when they came into effect
 */
public record Feeds(Map<String, Feed> byName, Instant loadedAt) {

  public Feeds {
    byName = Collections.unmodifiableMap(new TreeMap<>(byName));
  }

  /** The feed of that name, if it is in effect. */
  public Optional<Feed> get(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** All feeds by name. */
  public Collection<Feed> all() {
    return byName.values();
  }
}
