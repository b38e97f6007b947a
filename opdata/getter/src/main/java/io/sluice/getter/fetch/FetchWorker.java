package io.sluice.getter.fetch;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.fate.RetryBatch;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.Feeds;
import io.sluice.core.ledger.FileCloser.End;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingFull;
import io.sluice.getter.archive.ArchiveKind;
import io.sluice.getter.source.SourceAway;
import io.sluice.getter.source.SourceFileChanged;
import io.sluice.getter.source.SourceFileDenied;
import io.sluice.getter.source.SourceFileMissing;
import io.sluice.getter.source.Sources;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does the work of one fetch message: claim, copy, decide, hand on. Safe for use by many threads.
 */
public final class FetchWorker {

  private static final Logger log = LoggerFactory.getLogger(FetchWorker.class);

  private final Supplier<Feeds> feeds;
  private final Staging staging;
  private final WorkPublisher publisher;
  private final StageMetrics metrics;
  private final Clock clock;
  private final FetchSettings settings;
  private final FetchLedger ledger;
  private final FetchedLedger fetched;
  private final StagedFiles stagedFiles;
  private final ArchiveFetch archives;
  private final Identities identities;

  /**
   * @param feeds those in effect, asked anew for each file
   */
  public FetchWorker(
      Supplier<Feeds> feeds,
      Sources sources,
      Staging staging,
      Transactions transactions,
      WorkPublisher publisher,
      StageMetrics metrics,
      Clock clock,
      FetchSettings settings) {
    this.feeds = feeds;
    this.staging = staging;
    this.publisher = publisher;
    this.metrics = metrics;
    this.clock = clock;
    this.settings = settings;
    this.ledger = new FetchLedger(transactions, settings.lease());
    this.fetched = new FetchedLedger(transactions);
    this.identities = new Identities(staging);
    MemberLedger members = new MemberLedger(transactions);
    this.archives = new ArchiveFetch(staging, ledger, members, settings.tempDirectory(), clock);
    this.stagedFiles = new StagedFiles(sources, staging, ledger, archives, clock);
  }

  /**
   * Fetches the file of a message.
   *
   * @param redelivered the broker took the message back from a worker that is gone
   * @throws PauseStage when database, broker or staging are away or full: the message goes back
   */
  public void fetch(WorkMessage message, boolean redelivered) {
    metrics.received(message.feed());
    Instant start = clock.instant();
    Optional<FetchClaim> claim = ledger.claim(message.fileId(), redelivered);
    if (claim.isEmpty()) {
      metrics.duplicate(message.feed());
      return;
    }
    try {
      attempt(claim.get(), start);
    } catch (PauseStage e) {
      metrics.returned(message.feed());
      throw e;
    } catch (RetryBatch e) {
      metrics.retried(message.feed(), "database");
      throw e;
    } catch (LostClaim e) {
      log.info("feed={} file={} {}", message.feed(), message.fileId(), e.getMessage());
      metrics.duplicate(message.feed());
    }
  }

  private void attempt(FetchClaim claim, Instant start) {
    if (claim.paused()) {
      postpone(claim, "paused; 'sluice feed resume' lets it go on");
      return;
    }
    Optional<Feed> feed = feeds.get().get(claim.feed());
    if (feed.isEmpty()) {
      postpone(claim, "feed " + claim.feed() + " is not in effect; add or repair its definition");
      return;
    }
    try {
      run(claim, feed.get(), start);
    } catch (SourceAway e) {
      ledger.hostAway(claim, e.getMessage());
      postpone(claim, e.getMessage());
    } catch (SourceFileMissing e) {
      close(claim, End.REJECTED, "vanished", e.getMessage(), null);
    } catch (SourceFileChanged e) {
      close(claim, End.REPLACED, "changed", e.getMessage(), null);
    } catch (RejectFile e) {
      close(claim, End.REJECTED, e.reason(), e.getMessage(), e.position());
    } catch (SourceFileDenied e) {
      retryOrBury(claim, "denied", e);
    } catch (StagingFull | InterruptedIOException e) {
      throw pause(claim, e.getMessage(), e);
    } catch (IOException e) {
      throw pause(claim, "staging: " + e.getMessage(), e);
    } catch (PauseStage | RetryBatch | LostClaim e) {
      throw e;
    } catch (RuntimeException e) {
      log.warn("feed={} file={} attempt {}", claim.feed(), claim.path(), claim.attempts(), e);
      retryOrBury(claim, "unknown", e);
    }
  }

  private void run(FetchClaim claim, Feed feed, Instant start) throws IOException {
    staging.checkRoom();
    if (claim.attempts() > settings.attempts()) {
      bury(claim, "crash", "the worker died " + settings.attempts() + " times at this file");
      return;
    }
    Staged staged = stagedFiles.of(claim, feed);
    if (staged.kind() == ArchiveKind.UNSUPPORTED) {
      throw unsupported();
    }
    identities.write(claim, staged, feed.source());
    if (staged.kind() == ArchiveKind.NONE) {
      FetchedLedger.Fetched result = fetched.fetched(claim, staged, feed.source());
      if (result.duplicate()) {
        identities.delete(claim);
      }
      finish(claim, staged, result, start);
    } else {
      List<WorkMessage> members = archives.expand(claim, staged, feed.source());
      finish(claim, staged, new FetchedLedger.Fetched(false, members), start);
    }
  }

  private static RejectFile unsupported() {
    return new RejectFile(
        "archive_unsupported",
        "",
        "the file is packed in a way that is not read; deliver it as gz, zip, tar or tgz");
  }

  private void finish(
      FetchClaim claim, Staged staged, FetchedLedger.Fetched result, Instant start) {
    publish(result.messages());
    metrics.bytes(claim.feed(), staged.size());
    if (result.duplicate()) {
      metrics.duplicate(claim.feed());
    } else {
      metrics.done(claim.feed(), Duration.between(start, clock.instant()));
    }
  }

  private void postpone(FetchClaim claim, String reason) {
    ledger.postpone(claim, settings.hostPause(), reason);
    metrics.returned(claim.feed());
  }

  private void close(FetchClaim claim, End end, String reason, String text, String position) {
    log.info("feed={} file={} {}: {}", claim.feed(), claim.path(), reason, text);
    publish(ledger.close(claim, end, reason + ": " + text, position));
    metrics.rejected(claim.feed(), reason);
  }

  private void retryOrBury(FetchClaim claim, String reason, Exception e) {
    String error = e.getMessage() == null ? e.toString() : e.getMessage();
    if (claim.last(settings.attempts())) {
      bury(claim, reason, error);
      return;
    }
    Duration pause = settings.retryPause().multipliedBy(1L << (claim.attempts() - 1));
    ledger.retry(claim, pause, reason + ": " + error);
    metrics.retried(claim.feed(), reason);
  }

  private void bury(FetchClaim claim, String reason, String error) {
    log.warn("feed={} file={} is dead: {}", claim.feed(), claim.path(), error);
    publish(ledger.bury(claim, reason, error));
    publisher.publishDead(
        WorkMessage.of(Stage.FETCH, claim.feed(), claim.fileId(), claim.bulk()),
        new WorkPublisher.Failure(reason, error, claim.attempts()));
    metrics.failed(claim.feed(), reason);
  }

  private void publish(List<WorkMessage> messages) {
    if (!messages.isEmpty()) {
      publisher.publish(messages);
    }
  }

  private PauseStage pause(FetchClaim claim, String problem, IOException cause) {
    ledger.release(claim);
    return new PauseStage(problem, cause);
  }
}
