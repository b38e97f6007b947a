package io.sluice.loader;

import io.sluice.core.feed.Feed;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.core.work.Claim;
import io.sluice.core.work.Outcome;
import io.sluice.core.work.StageTask;
import io.sluice.loader.rows.Chunk;
import io.sluice.loader.rows.ChunkFetcher;
import io.sluice.loader.rows.FileCounts;
import io.sluice.loader.table.Tables;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Loads the chunks of a batch exactly once: read, make what tables lack, then for each chunk one
 * transaction that holds the rows and their ledger entries (D3). Files that cannot be loaded now
 * leave the batch with the reason, the others go on (D4). Safe for several threads; each call uses
 * one connection at a time, and none while it waits.
 */
public final class LoadTask implements StageTask {

  private final Transactions transactions;
  private final StageMetrics metrics;
  private final ChunkFetcher fetcher;
  private final Tables tables;
  private final ChunkAttempts attempts;

  /**
   * @param feeds by name, as they are now; empty for one that is not defined
   */
  public LoadTask(
      Transactions transactions,
      Staging staging,
      Function<String, Optional<Feed>> feeds,
      StageMetrics metrics,
      LoadSettings settings,
      Clock clock) {
    Pauses pauses = new Pauses(settings.backoff());
    this.transactions = transactions;
    this.metrics = metrics;
    this.fetcher = new ChunkFetcher(staging, settings.stagingReads(), pauses::pause);
    this.tables = new Tables(transactions, feeds, settings.ddlLockTimeout(), clock);
    this.attempts = new ChunkAttempts(transactions, tables, settings, pauses, clock);
  }

  @Override
  public Result work(Claim claim) {
    tables.atEpoch(claim.epoch());
    Departures files = new Departures(transactions, claim);
    int next = claim.chunksDone();
    do {
      boolean last = next + 1 >= claim.chunks();
      Chunk chunk = next < claim.chunks() ? fetcher.fetch(claim, next) : Chunk.EMPTY;
      load(files, chunk, last);
      next++;
    } while (next < claim.chunks() && !files.remaining().isEmpty());
    return new Result(files.outcomes(), List.of());
  }

  private void load(Departures files, Chunk chunk, boolean last) {
    ChunkLoad.Done done = attempts.load(files, chunk, last);
    String feed = files.claim().feed();
    if (last) {
      files.ended(done.files(), Outcome.DONE);
    }
    if (!done.files().isEmpty()) {
      metrics.bytes(feed, chunk.bytes());
      done.counts().files().values().forEach(file -> count(feed, file));
    }
    if (!done.withoutView().isEmpty()) {
      tables.makeViews(done.withoutView(), feed);
    }
  }

  private void count(String feed, FileCounts file) {
    metrics.cells(feed, "loaded", file.loaded);
    metrics.cells(feed, "collapsed", file.collapsed);
    metrics.cells(feed, "replaced", file.replaced);
    metrics.cells(feed, "rejected", file.rejected);
    metrics.rows(feed, file.rows());
  }
}
