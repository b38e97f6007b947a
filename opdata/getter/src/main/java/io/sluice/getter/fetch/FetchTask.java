package io.sluice.getter.fetch;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.Feeds;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.PackWriter;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingUse;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Claim;
import io.sluice.core.work.StageTask;
import io.sluice.getter.source.Sources;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Fetches a batch: the bytes of all its files into one pack, then one transaction that decides what
 * is news. Safe for use by many threads.
 */
public final class FetchTask implements StageTask {

  private final Supplier<Feeds> feeds;
  private final Sources sources;
  private final Staging staging;
  private final StageMetrics metrics;
  private final Clock clock;
  private final FetchSettings settings;
  private final FetchLedger ledger;

  /**
   * @param feeds those in effect, asked anew for each batch
   */
  public FetchTask(
      Supplier<Feeds> feeds,
      Sources sources,
      Staging staging,
      Transactions transactions,
      StageMetrics metrics,
      Clock clock,
      FetchSettings settings) {
    this.feeds = feeds;
    this.sources = sources;
    this.staging = staging;
    this.metrics = metrics;
    this.clock = clock;
    this.settings = settings;
    this.ledger = new FetchLedger(transactions);
  }

  @Override
  public Result work(Claim claim) {
    Fetched fetched = new Fetched(claim, settings);
    Optional<Feed> feed = feeds.get().get(claim.feed());
    try {
      if (feed.isEmpty()) {
        postponeAll(claim, fetched);
        return ledger.record(claim, Optional.empty(), fetched, Optional.empty());
      }
      return fetch(claim, feed.get(), fetched);
    } catch (IOException e) {
      throw new PauseStage("staging: " + e.getMessage(), e);
    }
  }

  private void postponeAll(Claim claim, Fetched fetched) {
    String reason =
        "unknown_feed: feed %s is not in effect; restore its definition".formatted(claim.feed());
    for (BatchFile file : claim.files()) {
      fetched.postponed(file, settings.hostPause(), reason);
    }
  }

  private Result fetch(Claim claim, Feed feed, Fetched fetched) throws IOException {
    staging.checkRoom(StagingUse.Kind.RAW);
    Duration time = settings.batchTime();
    try (PackWriter pack = new PackWriter(staging, claim.feed(), claim.token())) {
      BatchFetch batch =
          new BatchFetch(claim, feed, sources, staging, pack, ledger, settings, fetched);
      batch.run(clock, clock.instant().plus(time));
      Result result = ledger.record(claim, Optional.of(feed.source()), fetched, Optional.of(pack));
      metrics.bytes(claim.feed(), fetched.staged.stream().mapToLong(Staged::size).sum());
      return result;
    }
  }
}
