package io.sluice.getter.scan;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.Feeds;
import io.sluice.getter.source.Source;
import io.sluice.getter.source.Sources;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the scans that are due, each host on its own and of each few at a time, however many feeds
 * it has, so that a slow one delays no other and no scan overlaps itself. Called every second or
 * so.
 */
public final class ScanRound implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(ScanRound.class);
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(5);
  private static final int PER_HOST = 2;

  private final Supplier<Feeds> feeds;
  private final Sources sources;
  private final Scanner scanner;
  private final ExecutorService executor;
  private final Clock clock;
  private final Map<String, Instant> nextLook = new ConcurrentHashMap<>();
  private final Map<String, String> hostsOfRunning = new ConcurrentHashMap<>();
  private final AtomicReference<PauseStage> away = new AtomicReference<>();

  /**
   * @param executor whose threads bound how many hosts are listed at a time; the caller closes it
   */
  public ScanRound(
      Supplier<Feeds> feeds,
      Sources sources,
      Scanner scanner,
      ExecutorService executor,
      Clock clock) {
    this.clock = clock;
    this.feeds = feeds;
    this.sources = sources;
    this.scanner = scanner;
    this.executor = executor;
  }

  /**
   * Starts what is due.
   *
   * @throws PauseStage when a scan since the last call found the database away
   */
  @Override
  public void run() {
    for (Feed feed : feeds.get().all()) {
      for (Source source : sources.of(feed)) {
        String name = feed.name() + " " + source.host();
        boolean due = !clock.instant().isBefore(nextLook.getOrDefault(name, Instant.MIN));
        String burdened = Source.burdened(feed, source.host());
        if (due
            && Collections.frequency(hostsOfRunning.values(), burdened) < PER_HOST
            && hostsOfRunning.putIfAbsent(name, burdened) == null) {
          executor.execute(() -> scan(feed, source, name));
        }
      }
    }
    PauseStage problem = away.getAndSet(null);
    if (problem != null) {
      throw problem;
    }
  }

  /** The ledger says when a scan is due; it need not be asked all the time. */
  private static Duration lookEvery(Feed feed) {
    Duration poll = feed.source().poll();
    Duration stable = feed.source().stable();
    Duration sooner = stable.isZero() || poll.compareTo(stable) < 0 ? poll : stable;
    return sooner.compareTo(LONGEST_LOOK) > 0 ? LONGEST_LOOK : sooner;
  }

  private void scan(Feed feed, Source source, String name) {
    try {
      scanner.scan(feed, source);
    } catch (PauseStage e) {
      away.set(e);
    } catch (RuntimeException e) {
      log.error("scan of {} failed and will be tried again", name, e);
    } finally {
      nextLook.put(name, clock.instant().plus(lookEvery(feed)));
      hostsOfRunning.remove(name);
    }
  }
}
