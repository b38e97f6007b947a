package io.sluice.handler.encode;

import io.sluice.core.catalog.BatchIds;
import io.sluice.core.catalog.Catalog;
import io.sluice.core.catalog.Target;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedTarget.Mode;
import java.util.HashMap;
import java.util.Map;

/** What encoding the files of a batch needs; of one worker. */
public final class BatchContext {

  private final Feed feed;
  private final Catalog catalog;
  private final BatchIds ids;
  private final ChunkOutput output;
  private final Window window;
  private final Map<Integer, BatchTarget> targets = new HashMap<>();
  private final Map<String, BatchTarget> groups = new HashMap<>();

  /**
   * Knows no target yet.
   *
   * @param ids of the names in its rows
   * @param output where its rows go
   * @param window the times its target takes
   */
  public BatchContext(Feed feed, Catalog catalog, BatchIds ids, ChunkOutput output, Window window) {
    this.feed = feed;
    this.catalog = catalog;
    this.ids = ids;
    this.output = output;
    this.window = window;
  }

  /**
   * The target of a group, the same for all files.
   *
   * @param group measInfoId as sent; empty for CSV
   * @throws io.sluice.core.fate.ParkTarget {@code schema_limit} when the feed made too many tables
   *     today
   */
  public BatchTarget target(String group) {
    BatchTarget known = groups.get(group);
    if (known == null) {
      Target target = catalog.target(feed, group);
      known = targets.computeIfAbsent(target.id(), id -> new BatchTarget(this, target));
      groups.put(group, known);
    }
    return known;
  }

  public Feed feed() {
    return feed;
  }

  public Catalog catalog() {
    return catalog;
  }

  public BatchIds ids() {
    return ids;
  }

  public ChunkOutput output() {
    return output;
  }

  public Window window() {
    return window;
  }

  /** Whether rows tell which fields the file had. */
  public boolean merges() {
    return feed.target().mode() == Mode.MERGE;
  }
}
