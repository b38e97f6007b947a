package io.sluice.handler.work;

import io.sluice.core.catalog.BatchIds;
import io.sluice.core.catalog.Catalog;
import io.sluice.core.catalog.Dimensions;
import io.sluice.core.fate.ParkTarget;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.feed.Feed;
import io.sluice.core.ledger.HandleLedger;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingUse;
import io.sluice.core.work.Claim;
import io.sluice.core.work.StageProtocol;
import io.sluice.core.work.StageTask;
import io.sluice.handler.encode.BatchContext;
import io.sluice.handler.encode.ChunkOutput;
import io.sluice.handler.encode.Window;
import java.io.IOException;
import java.time.Clock;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Function;

/**
 * Handles a batch: reads its staged files by the feed's format, stages their rows as chunks that
 * the files share, records the handling. May be repeated at any time. Safe for use by many threads.
 */
public final class HandleTask implements StageTask, AutoCloseable {

  private final Function<String, Optional<Feed>> feeds;
  private final HandleLedger ledger;
  private final Catalog catalog;
  private final Dimensions dimensions;
  private final Staging staging;
  private final StageMetrics metrics;
  private final HandleSettings settings;
  private final StageProtocol.Settings limits;
  private final Clock clock;
  private final Deque<Workbench> idle = new ConcurrentLinkedDeque<>();

  /**
   * What the task needs of its surroundings.
   *
   * @param feeds the definitions as they are now, by name
   * @param limits those of the protocol that the task runs in
   */
  public HandleTask(
      Function<String, Optional<Feed>> feeds,
      HandleLedger ledger,
      Catalog catalog,
      Dimensions dimensions,
      Staging staging,
      StageMetrics metrics,
      HandleSettings settings,
      StageProtocol.Settings limits,
      Clock clock) {
    this.feeds = feeds;
    this.ledger = ledger;
    this.catalog = catalog;
    this.dimensions = dimensions;
    this.staging = staging;
    this.metrics = metrics;
    this.settings = settings;
    this.limits = limits;
    this.clock = clock;
  }

  @Override
  public Result work(Claim claim) {
    BatchResult result = new BatchResult(claim, ledger, staging, metrics, limits);
    Optional<Feed> feed = feeds.apply(claim.feed());
    if (feed.isEmpty()) {
      return result.park(
          new ParkTarget(
              "unknown_feed",
              "the feed '" + claim.feed() + "' is not in effect; restore its definition",
              null));
    }
    catalog.atEpoch(claim.epoch());
    dimensions.atEpoch(claim.epoch());
    Workbench bench = Optional.ofNullable(idle.pollLast()).orElseGet(() -> new Workbench(settings));
    try {
      return handle(claim, feed.get(), bench, result);
    } finally {
      idle.addLast(bench);
    }
  }

  private Result handle(Claim claim, Feed feed, Workbench bench, BatchResult result) {
    BatchIds ids = dimensions.batch(feed.target().grants());
    try (ChunkOutput output =
            new ChunkOutput(staging, feed, claim, settings.chunkBytes(), ids, bench.buffers());
        RawFiles files = new RawFiles(staging, feed, settings)) {
      staging.checkRoom(StagingUse.Kind.CHUNK);
      Window window = new Window(feed.target().partition(), feed.zone(), clock.instant());
      BatchContext context = new BatchContext(feed, catalog, ids, output, window);
      return new BatchHandling(claim, context, files, bench, result).run();
    } catch (IOException e) {
      throw new PauseStage("staging: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    for (Workbench bench = idle.poll(); bench != null; bench = idle.poll()) {
      bench.close();
    }
  }
}
