package io.sluice.core.catalog;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedTarget;
import io.sluice.core.feed.FeedTarget.Mode;
import io.sluice.core.feed.FeedTarget.Partitioning.By;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What of a feed the tables of its target depend on.
 *
 * @param layout and mode as the ledger writes them
 * @param time column, normalised, that partitions go by
 * @param key columns, normalised, that rows are merged by
 */
record Declaration(
    String layout, String mode, Optional<String> time, List<String> key, boolean partitioned) {

  private static final String MERGE = Mode.MERGE.name().toLowerCase(Locale.ROOT);

  static Declaration of(Feed feed) {
    FeedTarget target = feed.target();
    return new Declaration(
        target.layout().id(),
        target.mode().name().toLowerCase(Locale.ROOT),
        target.time().map(Names::normalise),
        target.key().stream().map(Names::normalise).toList(),
        target.time().isPresent() && target.partition().by() != By.NONE);
  }

  boolean merges() {
    return mode.equals(MERGE);
  }

  /** The order of a key matters to nobody, and appended rows have none. */
  boolean hasKeyOf(Declaration other) {
    return !merges() || !other.merges() || Set.copyOf(key).equals(Set.copyOf(other.key));
  }
}
