package io.sluice.core.feed;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A change of the feeds in effect.
 *
 * @param before what was in effect
 * @param after what is in effect now
 * @param added names of feeds that are new
 * @param changed names of feeds that say something else now
 * @param removed names of feeds that are gone
 */
public record FeedChange(
    Feeds before, Feeds after, Set<String> added, Set<String> changed, Set<String> removed) {

  static FeedChange between(Feeds before, Feeds after) {
    return new FeedChange(
        before,
        after,
        without(after, before),
        after.all().stream()
            .filter(feed -> before.get(feed.name()).filter(old -> !old.equals(feed)).isPresent())
            .map(Feed::name)
            .collect(Collectors.toUnmodifiableSet()),
        without(before, after));
  }

  private static Set<String> without(Feeds some, Feeds others) {
    Set<String> names = new LinkedHashSet<>(some.byName().keySet());
    names.removeAll(others.byName().keySet());
    return Set.copyOf(names);
  }

  /** Whether nothing is added, changed or removed. */
  boolean none() {
    return added.isEmpty() && changed.isEmpty() && removed.isEmpty();
  }
}
