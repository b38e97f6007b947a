package io.sluice.core.feed;

import io.sluice.core.yaml.DocumentDirectory;
import io.sluice.core.yaml.Problem;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The feeds of a directory, kept up to date while it changes; what breaks stays in effect as it
 * last was, see {@link DocumentDirectory}. Thread-safe.
 */
public final class FeedDirectory implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FeedDirectory.class);

  private final DocumentDirectory<FeedResult, Feed> files;
  private final Clock clock;
  private final List<Consumer<FeedChange>> listeners = new CopyOnWriteArrayList<>();
  private volatile Feeds current;

  /** Loads the feeds once; a missing directory is a problem, not an error. */
  public FeedDirectory(Path directory, Clock clock) {
    this.files = new DocumentDirectory<>(directory, new FeedFiles());
    this.clock = clock;
    this.current = new Feeds(Map.of(), clock.instant());
    refresh();
  }

  /** The feeds in effect. */
  public Feeds current() {
    return current;
  }

  /** What has to be repaired, by file and line; empty if every file is in effect as it stands. */
  public List<Problem> problems() {
    return files.problems();
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
  public void watch(Duration every) {
    files.watch(every, this::refresh);
  }

  /** Reads what has changed; returns whether other feeds are in effect now. */
  public synchronized boolean refresh() {
    return files.read() && activate();
  }

  private boolean activate() {
    Map<String, Feed> active = new HashMap<>();
    files.inEffect().forEach(feed -> active.putIfAbsent(feed.name(), feed));
    Feeds feeds = new Feeds(active, clock.instant());
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
      LOG.error("{} failed to apply a change of feeds", listener, e);
    }
  }

  /** Ends watching; the feeds in effect stay readable. */
  @Override
  public void close() {
    files.close();
  }
}
