package io.sluice.loader;

import io.sluice.core.fate.FateException;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.feed.Feed;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.loader.LoadResult.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Loads chunks exactly once: count the attempts, read, make what tables lack, then one transaction
 * that holds the rows and their ledger entries (D3); what fails decides what happens (D4). Safe for
 * several threads; each call uses one connection at a time.
 */
public final class LoadWorker {

  private final Transactions transactions;
  private final WorkPublisher publisher;
  private final StageMetrics metrics;
  private final LoadSettings settings;
  private final ChunkFetcher fetcher;
  private final ChunkLoader loader;
  private final Clock clock;
  private final Set<ChunkId> owed = ConcurrentHashMap.newKeySet();

  /**
   * @param feeds by name, as they are now; empty for one that is not defined
   * @param publisher for settle messages and dead letters
   */
  public LoadWorker(
      Transactions transactions,
      Staging staging,
      Function<String, Optional<Feed>> feeds,
      WorkPublisher publisher,
      StageMetrics metrics,
      LoadSettings settings,
      Clock clock) {
    Pauses pauses = new Pauses(settings.backoff());
    this.transactions = transactions;
    this.publisher = publisher;
    this.metrics = metrics;
    this.settings = settings;
    this.clock = clock;
    this.fetcher = new ChunkFetcher(staging, settings, pauses);
    this.loader =
        new ChunkLoader(
            transactions, new Tables(transactions, feeds, settings, clock), settings, pauses);
  }

  /**
   * Loads a batch. Messages may come twice or late; what they name is loaded once.
   *
   * @return what to do with each message
   * @throws PauseStage when database, staging or broker is away: give all messages back. What was
   *     committed before is found done when they come again
   */
  public LoadResult load(List<WorkMessage> batch) {
    Map<ChunkId, WorkMessage> messages = new LinkedHashMap<>();
    for (WorkMessage message : batch) {
      metrics.received(message.feed());
      if (messages.putIfAbsent(ChunkId.of(message), message) != null) {
        metrics.duplicate(message.feed());
      }
    }
    Batch work = new Batch(messages);
    try {
      giveBackOwed();
      begin(work);
      loadFirstAttempts(work);
      loadAlone(work);
    } catch (FateException e) {
      owed.addAll(work.openAttempts());
      work.messagesLeft().forEach(m -> metrics.returned(m.feed()));
      throw e;
    }
    return work.result(batch);
  }

  /** Attempts that an outage kept from being taken back. */
  private void giveBackOwed() {
    List<ChunkId> chunks = List.copyOf(owed);
    if (!chunks.isEmpty()) {
      giveBack(chunks);
      chunks.forEach(owed::remove);
    }
  }

  private void giveBack(Collection<ChunkId> chunks) {
    transactions.ledger(
        c -> {
          LoadLedger.giveBack(c, chunks);
          return null;
        });
  }

  private void begin(Batch work) {
    Map<ChunkId, Attempt> attempts =
        transactions.ledger(c -> LoadLedger.countAttempts(c, work.messages()));
    work.begin(attempts);
    work.dropUnknown(m -> metrics.duplicate(m.feed()));
    work.waiting(a -> a.attempts() > settings.attempts())
        .forEach(a -> bury(work, a, "killed", "every attempt ended without a word"));
  }

  private void loadFirstAttempts(Batch work) {
    List<Attempt> first = new ArrayList<>(work.waiting(a -> a.attempts() == 1));
    first.sort(
        Comparator.comparing((Attempt a) -> a.id().fileId()).thenComparing(a -> a.id().chunk()));
    List<LoadedChunk> group = new ArrayList<>();
    long bytes = 0;
    for (Attempt attempt : first) {
      Optional<LoadedChunk> chunk = fetch(work, attempt);
      if (chunk.isPresent()) {
        if (!group.isEmpty() && bytes + chunk.get().bytes() > settings.batchBytes()) {
          loadTogether(work, group);
          group = new ArrayList<>();
          bytes = 0;
        }
        group.add(chunk.get());
        bytes += chunk.get().bytes();
      }
    }
    loadTogether(work, group);
  }

  private Optional<LoadedChunk> fetch(Batch work, Attempt attempt) {
    Optional<LoadedChunk> chunk = fetcher.fetch(attempt);
    if (chunk.isEmpty()) {
      loader.handleAgain(Set.of(attempt.id().fileId()), "a chunk was missing in staging");
      retried(work, attempt, Outcome.DROPPED, "chunk_missing");
    }
    return chunk;
  }

  private void loadTogether(Batch work, List<LoadedChunk> group) {
    if (group.isEmpty()) {
      return;
    }
    long start = clock.millis();
    try {
      settle(work, group, loader.load(group), start);
    } catch (FateException e) {
      throw e;
    } catch (RuntimeException e) {
      if (group.size() == 1) {
        failed(work, group.get(0).attempt(), e);
      }
    }
  }

  /** One by one: what failed before, and what failed just now in company. */
  private void loadAlone(Batch work) {
    for (Attempt attempt : work.waiting(a -> true)) {
      Attempt counted = attempt.attempts() == 1 ? countAgain(work, attempt) : attempt;
      Optional<LoadedChunk> chunk = counted == null ? Optional.empty() : fetch(work, counted);
      chunk.ifPresent(c -> loadTogether(work, List.of(c)));
    }
  }

  private Attempt countAgain(Batch work, Attempt attempt) {
    Map<ChunkId, Attempt> again =
        transactions.ledger(
            c -> LoadLedger.countAttempts(c, Map.of(attempt.id(), attempt.message())));
    if (again.isEmpty()) {
      work.set(attempt.id(), Outcome.DROPPED);
      metrics.duplicate(attempt.feed());
      return null;
    }
    work.begin(again);
    return again.get(attempt.id());
  }

  private void settle(Batch work, List<LoadedChunk> group, ChunkLoader.Loaded loaded, long start) {
    Duration each = Duration.ofMillis(clock.millis() - start).dividedBy(group.size());
    for (LoadedChunk chunk : group) {
      String feed = chunk.attempt().feed();
      if (loaded.done().contains(chunk.id())) {
        work.set(chunk.id(), Outcome.DONE);
        metrics.done(feed, each);
        metrics.bytes(feed, chunk.bytes());
      } else if (loaded.postponed().containsKey(chunk.id())) {
        retried(work, chunk.attempt(), Outcome.DROPPED, loaded.postponed().get(chunk.id()));
      } else if (loaded.busy().contains(chunk.id())) {
        owed.add(chunk.id());
        retried(work, chunk.attempt(), Outcome.RETRY, "busy");
      } else {
        work.set(chunk.id(), Outcome.DROPPED);
        metrics.duplicate(feed);
      }
    }
    count(group, loaded.counts());
    if (!loaded.settle().isEmpty()) {
      publisher.publish(loaded.settle());
    }
  }

  private void count(List<LoadedChunk> group, Counts counts) {
    counts
        .files()
        .forEach(
            (file, n) -> {
              String feed =
                  group.stream()
                      .filter(c -> c.id().fileId() == file)
                      .findFirst()
                      .orElseThrow()
                      .attempt()
                      .feed();
              metrics.cells(feed, "loaded", n.loaded);
              metrics.cells(feed, "collapsed", n.collapsed);
              metrics.cells(feed, "replaced", n.replaced);
              metrics.cells(feed, "rejected", n.rejected);
              metrics.rows(feed, n.rows);
            });
  }

  private void retried(Batch work, Attempt attempt, Outcome outcome, String reason) {
    work.set(attempt.id(), outcome);
    metrics.retried(attempt.feed(), reason);
  }

  private void failed(Batch work, Attempt attempt, RuntimeException e) {
    if (attempt.attempts() >= settings.attempts()) {
      bury(work, attempt, "unknown", String.valueOf(e.getMessage()));
    } else {
      loader.remember(attempt, e);
      retried(work, attempt, Outcome.RETRY, "unknown");
    }
  }

  /** At the limit: the chunk is dead, in the ledger first, then in the dead-letter queue. */
  private void bury(Batch work, Attempt attempt, String reason, String error) {
    Optional<LoadedChunk> chunk = fetcher.fetch(attempt);
    long cells = chunk.map(LoadedChunk::cells).orElse(0L);
    publisher.publish(loader.bury(attempt, cells, reason, error));
    publisher.publishDead(
        attempt.message(), new WorkPublisher.Failure(reason, error, attempt.attempts()));
    work.set(attempt.id(), Outcome.DEAD);
    metrics.failed(attempt.feed(), reason);
    metrics.cells(attempt.feed(), "dead", cells);
  }
}
