package io.sluice.handler.work;

import io.sluice.core.catalog.Catalog;
import io.sluice.core.catalog.Dimensions;
import io.sluice.core.fate.FateException;
import io.sluice.core.fate.ParkTarget;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedTarget.Mode;
import io.sluice.core.ledger.HandleClaim;
import io.sluice.core.ledger.HandleLedger;
import io.sluice.core.ledger.HandleLedger.Recorded;
import io.sluice.core.ledger.HandledFile;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingObjectMissing;
import io.sluice.handler.encode.ChunkOutput;
import io.sluice.handler.encode.FileContext;
import io.sluice.handler.encode.Window;
import io.sluice.handler.format.FileCounts;
import io.sluice.handler.format.Format;
import io.sluice.handler.format.Formats;
import io.sluice.handler.reject.RejectLog;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles one file for one message: claims it, reads its staged bytes by the feed's format, stages
 * the chunks, records the handling, publishes the load messages. May be repeated at any time. Safe
 * for several threads.
 */
public final class HandleWorker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HandleWorker.class);
  private static final int EXCERPT = 1_024;

  private final Function<String, Optional<Feed>> feeds;
  private final HandleLedger ledger;
  private final Catalog catalog;
  private final Dimensions dimensions;
  private final Staging staging;
  private final WorkPublisher publisher;
  private final StageMetrics metrics;
  private final HandleSettings settings;
  private final Clock clock;
  private final LeaseKeeper leases;

  /**
   * What the worker needs of its surroundings.
   *
   * @param feeds the definitions as they are now, by name
   */
  public HandleWorker(
      Function<String, Optional<Feed>> feeds,
      HandleLedger ledger,
      Catalog catalog,
      Dimensions dimensions,
      Staging staging,
      WorkPublisher publisher,
      StageMetrics metrics,
      HandleSettings settings,
      Clock clock) {
    this.feeds = feeds;
    this.ledger = ledger;
    this.catalog = catalog;
    this.dimensions = dimensions;
    this.staging = staging;
    this.publisher = publisher;
    this.metrics = metrics;
    this.settings = settings;
    this.clock = clock;
    this.leases = new LeaseKeeper(ledger, settings.lease());
  }

  /**
   * Handles the message's file. When it returns, the message is to be acknowledged, whatever became
   * of the file.
   *
   * @param redelivered the broker took the message back from a worker that is gone
   * @throws PauseStage when the surroundings are away: hand the message back and pause
   * @throws RuntimeException any other: hand the message back, the attempt is counted
   */
  public void handle(WorkMessage message, boolean redelivered) {
    metrics.received(message.feed());
    Optional<HandleClaim> claim;
    try {
      claim = ledger.claim(message.fileId(), redelivered);
    } catch (FateException e) {
      metrics.returned(message.feed());
      throw e;
    }
    if (claim.isEmpty()) {
      metrics.duplicate(message.feed());
      return;
    }
    if (claim.get().attempts() > settings.attempts()) {
      bury(message, claim.get(), "killed", "every attempt ended without a word");
      return;
    }
    LeaseKeeper.Hold hold = leases.hold(claim.get());
    try {
      handle(message, claim.get());
    } finally {
      hold.release();
    }
  }

  private void handle(WorkMessage message, HandleClaim claim) {
    List<String> staged = new ArrayList<>();
    try {
      handleClaimed(message, claim, staged);
    } catch (RejectFile e) {
      discard(staged);
      reject(claim, e);
    } catch (ParkTarget e) {
      discard(staged);
      ledger.park(claim, e.reason() + ": " + e.getMessage());
      metrics.retried(claim.feed(), e.reason());
      LOG.warn("feed {}: file {} is parked: {}", claim.feed(), claim.path(), e.getMessage());
    } catch (FateException e) {
      discard(staged);
      giveBack(claim, e);
      throw e;
    } catch (RuntimeException e) {
      discard(staged);
      failed(message, claim, e);
    }
  }

  private void handleClaimed(WorkMessage message, HandleClaim claim, List<String> staged) {
    Instant begun = clock.instant();
    Feed feed = feedOf(claim);
    Optional<InputStream> raw = openRaw(claim);
    if (raw.isEmpty()) {
      ledger.backToFetch(claim, "the staged file is gone");
      metrics.retried(claim.feed(), "staging_missing");
      return;
    }
    RejectLog rejects = new RejectLog();
    ChunkOutput output = new ChunkOutput(staging, feed, claim, settings.chunkBytes(), staged);
    FileCounts counts = read(raw.get(), context(feed, claim, output, rejects));
    checkExact(counts, output, rejects);
    int chunks = output.finish(rejects.rows());
    record(message, claim, feed, handled(chunks, counts, rejects), staged);
    count(claim, counts, rejects, Duration.between(begun, clock.instant()));
  }

  private Feed feedOf(HandleClaim claim) {
    return feeds
        .apply(claim.feed())
        .orElseThrow(
            () ->
                new ParkTarget(
                    "unknown_feed",
                    "the feed '"
                        + claim.feed()
                        + "' is not defined here; restore its definition or discard the file",
                    null));
  }

  private FileContext context(Feed feed, HandleClaim claim, ChunkOutput output, RejectLog rejects) {
    catalog.atEpoch(claim.epoch());
    dimensions.atEpoch(claim.epoch());
    Window window = new Window(feed.target().partition(), clock.instant());
    return new FileContext(feed, claim, catalog, dimensions, output, rejects, window);
  }

  /** A store may show an object late; empty when it does not show it at all. */
  private Optional<InputStream> openRaw(HandleClaim claim) {
    String key = rawKey(claim);
    for (int attempt = 0; ; attempt++) {
      try {
        return Optional.of(staging.open(key));
      } catch (StagingObjectMissing e) {
        if (attempt >= settings.missingRetries()) {
          return Optional.empty();
        }
        pause();
      } catch (IOException e) {
        throw new PauseStage("staging cannot be read: " + e.getMessage(), e);
      }
    }
  }

  private static String rawKey(HandleClaim claim) {
    return StagingKeys.raw(claim.feed(), claim.foundAt(), claim.fileId());
  }

  private void pause() {
    try {
      Thread.sleep(settings.missingRetry().toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PauseStage("interrupted while waiting for staging", e);
    }
  }

  private FileCounts read(InputStream raw, FileContext context) {
    try (raw;
        Format format = Formats.of(context.feed(), settings.temp(), settings.blockBytes())) {
      FileCounts counts = format.read(raw, context);
      counts
          .notes()
          .forEach(
              note ->
                  LOG.info(
                      "feed {}: file {}: {}", context.feed().name(), context.claim().path(), note));
      return counts;
    } catch (IOException e) {
      throw new PauseStage("staging cannot be read: " + e.getMessage(), e);
    }
  }

  /** Every unit read is somewhere: this is what makes reconciliation exact. */
  private static void checkExact(FileCounts counts, ChunkOutput output, RejectLog rejects) {
    long found = output.units() + counts.collapsed() + rejects.cells();
    if (counts.read() != found) {
      throw new IllegalStateException(
          "%d units read but %d encoded, %d collapsed and %d rejected"
              .formatted(counts.read(), output.units(), counts.collapsed(), rejects.cells()));
    }
  }

  private static HandledFile handled(int chunks, FileCounts counts, RejectLog rejects) {
    return new HandledFile(
        chunks,
        counts.unit(),
        counts.read(),
        counts.collapsed(),
        rejects.cells(),
        counts.conflicts(),
        counts.element(),
        counts.first(),
        counts.last());
  }

  private void record(
      WorkMessage message, HandleClaim claim, Feed feed, HandledFile handled, List<String> staged) {
    boolean append = feed.target().mode() == Mode.APPEND;
    // Should the commit's answer be lost, the chunks may be the current ones: they stay.
    List<String> recordedChunks = List.copyOf(staged);
    staged.clear();
    Recorded recorded = ledger.record(claim, handled, append);
    if (recorded != Recorded.CURRENT) {
      LOG.info("feed {}: file {} is {}", claim.feed(), claim.path(), recorded);
      discard(recordedChunks);
      return;
    }
    List<WorkMessage> loads = new ArrayList<>(handled.chunks());
    for (int chunk = 0; chunk < handled.chunks(); chunk++) {
      loads.add(
          new WorkMessage(
              Stage.LOAD, claim.feed(), claim.fileId(), claim.handling(), chunk, message.bulk()));
    }
    publish(loads);
  }

  /** What is recorded stays so: a message that does not get through is the sweeper's. */
  private void publish(List<WorkMessage> messages) {
    if (messages.isEmpty()) {
      return;
    }
    try {
      publisher.publish(messages);
    } catch (PauseStage e) {
      LOG.warn("messages will be published by the sweeper: {}", e.getMessage());
    }
  }

  private void count(HandleClaim claim, FileCounts counts, RejectLog rejects, Duration time) {
    String feed = claim.feed();
    metrics.bytes(feed, claim.size());
    metrics.cells(feed, "read", counts.read());
    metrics.cells(feed, "collapsed", counts.collapsed());
    metrics.cells(feed, "rejected", rejects.cells());
    rejects.byReason().forEach((reason, rows) -> metrics.rejects(feed, reason, rows));
    metrics.done(feed, time);
  }

  private void reject(HandleClaim claim, RejectFile why) {
    publish(ledger.reject(claim, why, excerpt(claim)));
    metrics.rejected(claim.feed(), why.reason());
    LOG.warn(
        "feed {}: file {} is rejected: {}: {}",
        claim.feed(),
        claim.path(),
        why.position(),
        why.getMessage());
  }

  /** The first text of the file, to see at a glance what it is. */
  private String excerpt(HandleClaim claim) {
    try (InputStream in = staging.open(rawKey(claim))) {
      byte[] head = in.readNBytes(EXCERPT);
      return new String(head, StandardCharsets.UTF_8).replace('\0', '\uFFFD');
    } catch (IOException e) {
      return "(not readable any more: " + e.getMessage() + ")";
    }
  }

  private void giveBack(HandleClaim claim, FateException why) {
    metrics.returned(claim.feed());
    try {
      ledger.release(claim);
    } catch (FateException e) {
      // The lease runs out by itself, and the redelivered message voids it before.
      why.addSuppressed(e);
    }
  }

  private void failed(WorkMessage message, HandleClaim claim, RuntimeException why) {
    String reason = why.getClass().getSimpleName();
    if (claim.attempts() < settings.attempts()) {
      metrics.retried(claim.feed(), reason);
      LOG.error(
          "feed {}: file {} failed, attempt {}", claim.feed(), claim.path(), claim.attempts(), why);
      throw why;
    }
    bury(message, claim, reason, String.valueOf(why.getMessage()));
    LOG.error("feed {}: file {} is dead, its last error was", claim.feed(), claim.path(), why);
  }

  /** At the limit: dead in the ledger first, then in the dead-letter queue. */
  private void bury(WorkMessage message, HandleClaim claim, String reason, String error) {
    publish(ledger.dead(claim, reason, error));
    publisher.publishDead(message, new WorkPublisher.Failure(reason, error, claim.attempts()));
    metrics.failed(claim.feed(), reason);
    LOG.error(
        "feed {}: file {} is dead after {} attempts: {}",
        claim.feed(),
        claim.path(),
        claim.attempts(),
        error);
  }

  /** Chunks that were never recorded; should this fail, the sweeper finds them. */
  private void discard(List<String> staged) {
    if (staged.isEmpty()) {
      return;
    }
    try {
      staging.delete(staged);
    } catch (IOException e) {
      LOG.warn("{} chunks stay in staging for the sweeper: {}", staged.size(), e.getMessage());
    }
  }

  @Override
  public void close() {
    leases.close();
  }
}
