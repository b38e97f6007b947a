package io.sluice.core.yaml;

import io.sluice.core.thread.Threads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The documents of a directory, kept up to date while it changes.
 *
 * <p>A file that breaks changes nothing for the others, and its own document stays in effect as it
 * last was; {@link #problems()} says what to repair. Files are compared by content, so that a
 * Kubernetes ConfigMap, which swaps a symbolic link, is noticed like an edit. Thread-safe.
 */
public final class DocumentDirectory<R, D> implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DocumentDirectory.class);

  private final Path directory;
  private final DocumentKind<R, D> kind;
  private final ScheduledExecutorService scheduler;

  private ScheduledFuture<?> watching;
  private Map<Path, Entry<R, D>> entries = Map.of();
  private Map<Path, R> results = Map.of();
  private volatile List<Problem> problems = List.of();

  /** Reads nothing yet. */
  public DocumentDirectory(Path directory, DocumentKind<R, D> kind) {
    this.directory = directory;
    this.kind = kind;
    this.scheduler = Threads.scheduler(1, "sluice-" + kind.plural());
  }

  /** What has to be repaired, by file and line; empty if every file is in effect as it stands. */
  public List<Problem> problems() {
    return problems;
  }

  /**
   * Calls for a refresh in this interval until closed.
   *
   * @param every more than zero; 5 seconds are usual
   */
  public synchronized void watch(Duration every, Runnable refresh) {
    if (watching != null) {
      watching.cancel(false);
    }
    watching =
        scheduler.scheduleWithFixedDelay(
            () -> refreshSafely(refresh),
            every.toMillis(),
            every.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private void refreshSafely(Runnable refresh) {
    try {
      refresh.run();
    } catch (RuntimeException e) {
      LOG.error(
          "The {} in {} could not be reloaded; those in effect are kept",
          kind.plural(),
          directory,
          e);
    }
  }

  /** Reads what has changed; false if the directory cannot be read, so that all stays as it was. */
  public synchronized boolean read() {
    Optional<Map<Path, Entry<R, D>>> read = readEntries();
    if (read.isEmpty()) {
      report(List.of(unreadable()));
      return false;
    }
    Map<Path, R> alone = new TreeMap<>();
    read.get().forEach((file, entry) -> alone.put(file, entry.result()));
    Map<Path, D> before = new TreeMap<>();
    entries.forEach((file, entry) -> entry.good().ifPresent(good -> before.put(file, good)));
    results = new TreeMap<>(kind.together(alone, before));
    entries = keepGood(read.get(), results);
    report(results.values().stream().flatMap(r -> kind.problems(r).stream()).toList());
    return true;
  }

  private Optional<Map<Path, Entry<R, D>>> readEntries() {
    Map<Path, Entry<R, D>> read = new TreeMap<>();
    try {
      for (Path file : DocumentFiles.list(directory)) {
        read.put(file, read(file, entries.get(file)));
      }
      return Optional.of(read);
    } catch (IOException e) {
      LOG.debug("Directory {} cannot be listed", directory, e);
      return Optional.empty();
    }
  }

  private Entry<R, D> read(Path file, Entry<R, D> before) {
    Optional<D> good = before == null ? Optional.empty() : before.good();
    try {
      byte[] content = Files.readAllBytes(file);
      return before != null && ByteBuffer.wrap(content).equals(before.content())
          ? before
          : new Entry<>(ByteBuffer.wrap(content), kind.parse(file.toString(), content), good);
    } catch (IOException e) {
      LOG.debug("{} cannot be read", file, e);
      return new Entry<>(ByteBuffer.allocate(0), kind.parse(file), good);
    }
  }

  private Problem unreadable() {
    return new Problem(
        directory.toString(),
        1,
        1,
        "",
        "the directory of " + kind.plural() + " cannot be read",
        "Create or mount it and make it readable for the service; until then the "
            + kind.plural()
            + " in effect are kept.");
  }

  private Map<Path, Entry<R, D>> keepGood(Map<Path, Entry<R, D>> read, Map<Path, R> checked) {
    Map<Path, Entry<R, D>> kept = new TreeMap<>();
    read.forEach((file, entry) -> kept.put(file, entry.withGood(kind.document(checked.get(file)))));
    return kept;
  }

  /** The files that have a problem and never were without, so that nothing of them is in effect. */
  public synchronized List<R> neverInEffect() {
    return results.entrySet().stream()
        .filter(result -> entries.get(result.getKey()).good().isEmpty())
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Documents as their files stand, then those whose file broke as they last were. */
  public synchronized List<D> inEffect() {
    List<D> active = new ArrayList<>();
    results.values().forEach(result -> kind.document(result).ifPresent(active::add));
    results.forEach(
        (file, result) -> {
          if (kind.document(result).isEmpty()) {
            entries.get(file).good().ifPresent(active::add);
          }
        });
    return active;
  }

  private void report(List<Problem> now) {
    List<Problem> fresh = new ArrayList<>(now);
    fresh.removeAll(problems);
    fresh.forEach(problem -> LOG.warn("{}", problem));
    problems = List.copyOf(now);
  }

  /** Ends watching; what is in effect stays readable. */
  @Override
  public void close() {
    scheduler.shutdownNow();
  }

  /** A file as last read, and the document it last was without problems. */
  private record Entry<R, D>(ByteBuffer content, R result, Optional<D> good) {

    Entry<R, D> withGood(Optional<D> newer) {
      return newer.isPresent() ? new Entry<>(content, result, newer) : this;
    }
  }
}
