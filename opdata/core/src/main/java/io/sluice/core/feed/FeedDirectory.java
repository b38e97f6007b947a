package io.sluice.core.feed;

import io.sluice.core.yaml.DocumentDirectory;
import io.sluice.core.yaml.Problem;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
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

  /** Whether no file declares the feed; where one is broken, nobody knows what it declares. */
  public boolean isGone(String feed) {
    return problems().isEmpty() && current.get(feed).isEmpty();
  }

  /** What has to be repaired, by file and line; empty if every file is in effect as it stands. */
  public List<Problem> problems() {
    return files.problems();
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
    Feeds before = current;
    current = feeds; // in any case, for their places
    if (feeds.byName().equals(before.byName())) {
      return false;
    }
    LOG.info(
        "Feeds added {}, changed {}, removed {}",
        names(feeds, feed -> before.get(feed.name()).isEmpty()),
        names(feeds, feed -> before.get(feed.name()).filter(f -> !f.equals(feed)).isPresent()),
        names(before, feed -> feeds.get(feed.name()).isEmpty()));
    return true;
  }

  private static List<String> names(Feeds feeds, Predicate<Feed> which) {
    return feeds.all().stream().filter(which).map(Feed::name).toList();
  }

  /** Ends watching; the feeds in effect stay readable. */
  @Override
  public void close() {
    files.close();
  }
}
