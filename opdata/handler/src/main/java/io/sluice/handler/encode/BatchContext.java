package io.sluice.handler.encode;

import io.sluice.core.catalog.BatchIds;
import io.sluice.core.catalog.Catalog;
import io.sluice.core.catalog.Target;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedTarget.Mode;
import java.util.HashMap;
import java.util.Map;

/**
 * What encoding the files of a batch needs; of one worker.
 *
 * @param ids of the names in its rows
 * @param output where its rows go
 * @param window the times its target takes
 * @param targets by id, those known so far
 * @param groups their targets, those known so far
 */
public record BatchContext(
    Feed feed,
    Catalog catalog,
    BatchIds ids,
    ChunkOutput output,
    Window window,
    Map<Integer, BatchTarget> targets,
    Map<String, BatchTarget> groups) {

  /** Knows no target yet. */
  public BatchContext(Feed feed, Catalog catalog, BatchIds ids, ChunkOutput output, Window window) {
    this(feed, catalog, ids, output, window, new HashMap<>(), new HashMap<>());
  }

  /**
   * The target of a group, the same for all files.
   *
   * @param group measInfoId as sent; empty for CSV
   * @throws io.sluice.core.fate.ParkTarget {@code schema_limit} when the feed made too many tables
   *     today
   */
  public BatchTarget target(String group) {
    return groups.computeIfAbsent(
        group,
        key -> {
          Target target = catalog.target(feed, group);
          return targets.computeIfAbsent(target.id(), id -> new BatchTarget(this, target));
        });
  }

  /** Whether rows tell which fields the file had. */
  public boolean merges() {
    return feed.target().mode() == Mode.MERGE;
  }
}
