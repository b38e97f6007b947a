package io.sluice.loader.table;

import io.sluice.core.fate.RetryBatch;
import io.sluice.core.feed.FeedTarget.Grants;
import io.sluice.core.sql.DatabaseException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the views of targets. Rows are not held up by a view that others depend on, that somebody
 * is reading, or that nobody may make: it is tried again later.
 */
final class Views {

  private static final Logger LOG = LoggerFactory.getLogger(Views.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);

  private final Ddl ddl;
  private final GrowingPauses<Integer> waiting;

  Views(Ddl ddl, Clock clock) {
    this.ddl = ddl;
    this.waiting = new GrowingPauses<>(FIRST_PAUSE, clock);
  }

  /**
   * Makes a view, or makes it anew.
   *
   * @param parts of one target, all made, with its first table
   */
  void make(List<TargetTable> parts, Grants grants) {
    TargetTable first = parts.stream().filter(TargetTable::isFirst).findFirst().orElseThrow();
    try {
      ddl.attempt(first, c -> new ViewMaker(parts).make(c, grants));
      waiting.clear(first.targetId());
    } catch (RefusedTarget | StaleTables | RetryBatch | DatabaseException e) {
      waiting.note(first.targetId(), e.getMessage());
      LOG.warn(
          "view {}.{} stays as it is for now: {}", first.schema(), first.view(), e.getMessage());
    }
  }

  /** Whether an earlier try failed, and it is time for another. */
  boolean isDue(int targetId) {
    return !waiting.reason(targetId).isEmpty() && waiting.left(targetId).isZero();
  }
}
