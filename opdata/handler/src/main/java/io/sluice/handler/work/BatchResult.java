package io.sluice.handler.work;

import io.sluice.core.fate.ParkTarget;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedTarget.Mode;
import io.sluice.core.ledger.HandleLedger;
import io.sluice.core.ledger.HandleLedger.Handling;
import io.sluice.core.ledger.HandleLedger.Recorded;
import io.sluice.core.ledger.HandleLedger.Rejected;
import io.sluice.core.message.Stage;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.staging.Staging;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Claim;
import io.sluice.core.work.DeadFile;
import io.sluice.core.work.HandledFile;
import io.sluice.core.work.Leaving;
import io.sluice.core.work.Outcome;
import io.sluice.core.work.StageProtocol;
import io.sluice.core.work.StageTask.Result;
import io.sluice.core.work.WorkState;
import io.sluice.handler.encode.FileCounts;
import io.sluice.handler.reject.RejectLog;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of the files of a batch, until it is written down at once. */
final class BatchResult {

  private static final Logger log = LoggerFactory.getLogger(BatchResult.class);

  private final Claim claim;
  private final HandleLedger ledger;
  private final Staging staging;
  private final StageMetrics metrics;
  private final StageProtocol.Settings limits;
  private final List<HandledFile> handled = new ArrayList<>();
  private final List<Rejected> rejected = new ArrayList<>();
  private final List<Leaving> leaving = new ArrayList<>();
  private final List<DeadFile> dead = new ArrayList<>();
  private final Map<Long, Outcome> outcomes = new HashMap<>();
  private final Map<String, Long> rejects = new HashMap<>();
  private long bytes;

  BatchResult(
      Claim claim,
      HandleLedger ledger,
      Staging staging,
      StageMetrics metrics,
      StageProtocol.Settings limits) {
    this.claim = claim;
    this.ledger = ledger;
    this.staging = staging;
    this.metrics = metrics;
    this.limits = limits;
  }

  /** Whether there is anything to load, if only that nothing was in a file. */
  boolean hasRows() {
    return !handled.isEmpty();
  }

  void handled(BatchFile file, FileCounts counts, RejectLog refused) {
    counts
        .notes()
        .forEach(note -> log.info("feed={} file={}: {}", claim.feed(), file.path(), note));
    handled.add(
        new HandledFile(
            file.id(),
            counts.unit(),
            counts.read(),
            counts.collapsed(),
            refused.cells(),
            counts.conflicts(),
            counts.element(),
            counts.first(),
            counts.last(),
            counts.notes().isEmpty() ? null : String.join("\n", counts.notes())));
    refused.byReason().forEach((reason, count) -> rejects.merge(reason, count, Long::sum));
    bytes += file.size();
  }

  void rejected(BatchFile file, RejectFile why, String excerpt) {
    log.warn(
        "feed={} file={} is rejected: {}: {}",
        claim.feed(),
        file.path(),
        why.position(),
        why.getMessage());
    rejected.add(new Rejected(file, why.reason(), why.position(), why.getMessage(), excerpt));
    outcomes.put(file.id(), Outcome.rejected(why.reason()));
  }

  void parked(BatchFile file, ParkTarget why) {
    log.warn("feed={} file={} is parked: {}", claim.feed(), file.path(), why.getMessage());
    leaving.add(Leaving.parked(claim, file, why.reason() + ": " + why.getMessage()));
    outcomes.put(file.id(), Outcome.retried(why.reason()));
  }

  void fetchAgain(BatchFile file, String why) {
    log.warn("feed={} file={} is fetched again: {}", claim.feed(), file.path(), why);
    again(Stage.FETCH, file, "staging_missing", why);
  }

  void failed(BatchFile file, Throwable e) {
    log.warn("feed={} file={} failed", claim.feed(), file.path(), e);
    String error = e.getMessage() == null ? e.toString() : e.getMessage();
    again(Stage.HANDLE, file, e.getClass().getSimpleName(), error);
  }

  /** Alone, with the attempt counted; at the limit it is dead. */
  private void again(Stage stage, BatchFile file, String reason, String error) {
    int attempts = claim.attempts(file);
    if (limits.isLast(attempts)) {
      dead.add(new DeadFile(file, reason, error));
      outcomes.put(file.id(), Outcome.failed(reason));
    } else {
      Duration pause = claim.files().size() > 1 ? Duration.ZERO : limits.pause(attempts);
      String said = reason + ": " + error;
      leaving.add(new Leaving(file.id(), stage, WorkState.WAITING, attempts, pause, said));
      outcomes.put(file.id(), Outcome.retried(reason));
    }
  }

  /** Parks all files of the batch, whatever became of them so far. */
  Result park(ParkTarget why) {
    handled.clear();
    rejected.clear();
    leaving.clear();
    dead.clear();
    outcomes.clear();
    claim.files().forEach(file -> parked(file, why));
    ledger.record(claim, new Handling(handled, rejected, leaving, dead, 0), false);
    return new Result(outcomes, List.of());
  }

  /**
   * Writes everything down.
   *
   * @param staged keys of the chunks
   */
  Result record(Feed feed, List<String> staged) {
    boolean append = feed.target().mode() == Mode.APPEND;
    int chunks = handled.isEmpty() ? 0 : staged.size();
    Handling handling = new Handling(handled, rejected, leaving, dead, chunks);
    Recorded recorded = record(handling, append, feed.zone(), staged);
    if (recorded.next().isEmpty()) {
      discard(staged);
    }
    recorded.current().forEach(id -> outcomes.put(id, Outcome.DONE));
    recorded.replaced().forEach(id -> outcomes.put(id, Outcome.DONE));
    count();
    return new Result(outcomes, recorded.next().stream().toList(), dead);
  }

  private Recorded record(Handling handling, boolean append, ZoneId zone, List<String> staged) {
    try {
      return ledger.record(claim, handling, append, zone);
    } catch (PauseStage e) {
      throw e; // Should only the commit's answer be lost, the chunks are the current ones.
    } catch (RuntimeException e) {
      discard(staged);
      throw e;
    }
  }

  private void count() {
    String feed = claim.feed();
    metrics.bytes(feed, bytes);
    metrics.cells(feed, "read", sum(HandledFile::read));
    metrics.cells(feed, "collapsed", sum(HandledFile::collapsed));
    metrics.cells(feed, "rejected", sum(HandledFile::rejected));
    rejects.forEach((reason, count) -> metrics.rejects(feed, reason, count));
  }

  private long sum(ToLongFunction<HandledFile> value) {
    return handled.stream().mapToLong(value).sum();
  }

  /** Chunks that nothing will load; should this fail, the sweeper finds them. */
  void discard(List<String> staged) {
    if (staged.isEmpty()) {
      return;
    }
    try {
      staging.delete(staged);
    } catch (IOException e) {
      log.warn("{} chunks stay in staging for the sweeper: {}", staged.size(), e.getMessage());
    }
  }
}
