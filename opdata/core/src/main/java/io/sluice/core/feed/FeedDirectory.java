package io.sluice.core.feed;

import io.sluice.core.yaml.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The feeds of a directory, kept up to date while it changes.
 *
 * <p>A file that breaks changes nothing for the other feeds, and its own feed stays in effect as it
 * last was; {@link #problems()} says what to repair. Files are compared by content, so that a
 * Kubernetes ConfigMap, which swaps a symbolic link, is noticed like an edit. Thread-safe.
 */
public final class FeedDirectory implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FeedDirectory.class);

  private final Path directory;
  private final Clock clock;
  private final List<Consumer<FeedChange>> listeners = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(FeedDirectory::thread);

  private ScheduledFuture<?> watching;
  private Map<Path, Entry> entries = Map.of();
  private volatile Feeds current;
  private volatile List<Problem> problems = List.of();

  /** Loads the feeds once; a missing directory is a problem, not an error. */
  public FeedDirectory(Path directory, Clock clock) {
    this.directory = directory;
    this.clock = clock;
    this.current = new Feeds(Map.of(), clock.instant());
    refresh();
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "sluice-feeds");
    thread.setDaemon(true);
    return thread;
  }

  /** The feeds in effect. */
  public Feeds current() {
    return current;
  }

  /** What has to be repaired, by file and line; empty if every file is in effect as it stands. */
  public List<Problem> problems() {
    return problems;
  }

  /** Is told each later change, in order, before {@link #refresh()} returns. */
  public void onChange(Consumer<FeedChange> listener) {
    listeners.add(listener);
  }

  /**
   * Looks for changes in this interval until closed.
   *
   * @param every more than zero; 5 seconds are usual
   */
  public synchronized void watch(Duration every) {
    if (watching != null) {
      watching.cancel(false);
    }
    watching =
        scheduler.scheduleWithFixedDelay(
            this::refreshSafely, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void refreshSafely() {
    try {
      refresh();
    } catch (RuntimeException e) {
      LOG.error("Feeds of {} could not be reloaded; those in effect stay", directory, e);
    }
  }

  /** Reads what has changed; returns whether other feeds are in effect now. */
  public synchronized boolean refresh() {
    Optional<Map<Path, Entry>> read = readEntries();
    if (read.isEmpty()) {
      report(List.of(unreadable()));
      return false;
    }
    Map<Path, FeedResult> results = new TreeMap<>();
    read.get().forEach((file, entry) -> results.put(file, entry.result()));
    Map<Path, FeedResult> checked = FeedFiles.refuseDuplicates(results, owners());
    entries = keepGood(read.get(), checked);
    report(checked.values().stream().flatMap(result -> result.problems().stream()).toList());
    return activate(new Feeds(active(checked), clock.instant()));
  }

  private Optional<Map<Path, Entry>> readEntries() {
    Map<Path, Entry> read = new TreeMap<>();
    try {
      for (Path file : FeedFiles.list(directory)) {
        read.put(file, read(file, entries.get(file)));
      }
      return Optional.of(read);
    } catch (IOException e) {
      LOG.debug("Directory of feeds {} cannot be listed", directory, e);
      return Optional.empty();
    }
  }

  private static Entry read(Path file, Entry before) {
    Optional<Feed> good = before == null ? Optional.empty() : before.good();
    try {
      byte[] content = Files.readAllBytes(file);
      return before != null && Arrays.equals(content, before.content())
          ? before
          : new Entry(content, FeedParser.parse(file.toString(), content), good);
    } catch (IOException e) {
      LOG.debug("Feed {} cannot be read", file, e);
      return new Entry(new byte[0], FeedParser.parse(file), good);
    }
  }

  private Problem unreadable() {
    return new Problem(
        directory.toString(),
        1,
        1,
        "",
        "the directory of feeds cannot be read",
        "Create it, or mount it, and let the service read it; the feeds in effect stay.");
  }

  private Map<String, Path> owners() {
    Map<String, Path> owners = new HashMap<>();
    entries.forEach((file, entry) -> entry.good().ifPresent(feed -> owners.put(feed.name(), file)));
    return owners;
  }

  private static Map<Path, Entry> keepGood(Map<Path, Entry> read, Map<Path, FeedResult> checked) {
    Map<Path, Entry> kept = new TreeMap<>();
    read.forEach((file, entry) -> kept.put(file, entry.withGood(checked.get(file).feed())));
    return kept;
  }

  /** Feeds as their files stand, then those whose file broke as they last were. */
  private Map<String, Feed> active(Map<Path, FeedResult> checked) {
    Map<String, Feed> active = new HashMap<>();
    checked.values().forEach(result -> result.feed().ifPresent(f -> active.put(f.name(), f)));
    entries.values().forEach(e -> e.good().ifPresent(f -> active.putIfAbsent(f.name(), f)));
    return active;
  }

  private void report(List<Problem> now) {
    List<Problem> fresh = new ArrayList<>(now);
    fresh.removeAll(problems);
    fresh.forEach(problem -> LOG.warn("{}", problem));
    problems = List.copyOf(now);
  }

  private boolean activate(Feeds feeds) {
    FeedChange change = FeedChange.between(current, feeds);
    if (change.none()) {
      return false;
    }
    current = feeds;
    LOG.info(
        "Feeds added {}, changed {}, removed {}",
        change.added(),
        change.changed(),
        change.removed());
    listeners.forEach(listener -> tell(listener, change));
    return true;
  }

  private static void tell(Consumer<FeedChange> listener, FeedChange change) {
    try {
      listener.accept(change);
    } catch (RuntimeException e) {
      LOG.error("A change of feeds was not taken over by {}", listener, e);
    }
  }

  /** Ends watching; the feeds in effect stay readable. */
  @Override
  public void close() {
    scheduler.shutdownNow();
  }

  /** A file as last read, and the feed it last was without problems. */
  private static final class Entry {

    private final byte[] content;
    private final FeedResult result;
    private final Optional<Feed> good;

    Entry(byte[] content, FeedResult result, Optional<Feed> good) {
      this.content = content;
      this.result = result;
      this.good = good;
    }

    byte[] content() {
      return content;
    }

    FeedResult result() {
      return result;
    }

    Optional<Feed> good() {
      return good;
    }

    Entry withGood(Optional<Feed> newer) {
      return newer.isPresent() ? new Entry(content, result, newer) : this;
    }
  }
}
