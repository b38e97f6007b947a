package io.sluice.pgtask.declaration;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.Feeds;
import io.sluice.core.yaml.DocumentDirectory;
import io.sluice.core.yaml.Problem;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks and databases of a directory and the tasks derived from feeds, kept up to date while
 * both change. A file that breaks stays in effect as it last was, see {@link DocumentDirectory}.
 *
 * <p>Every feed with partitions has a task {@code feed/<name>} that rotates its tables every 15
 * minutes, unless a declared task says {@code partition.feed}, which then stands for it. While a
 * file that may say so is broken and never was in effect, or the directory was never read, derived
 * tasks make partitions and let none expire: what should have been archived must not be dropped.
 * Thread-safe.
 */
public final class TaskDirectory implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TaskDirectory.class);

  private final DocumentDirectory<TaskFile, Declaration> files;
  private final Supplier<Feeds> feeds;
  private final List<Consumer<TaskChange>> listeners = new CopyOnWriteArrayList<>();
  private boolean wasRead;
  private volatile TaskSet current = new TaskSet(Map.of(), Map.of());

  /**
   * Loads the tasks once; a missing directory is a problem, not an error.
   *
   * @param feeds those in effect, asked at each refresh
   */
  public TaskDirectory(Path directory, Supplier<Feeds> feeds) {
    this.files = new DocumentDirectory<>(directory, new TaskFiles(feeds));
    this.feeds = feeds;
    refresh();
  }

  /** The tasks and databases in effect. */
  public TaskSet current() {
    return current;
  }

  /** What has to be repaired, by file and line; empty if every file is in effect as it stands. */
  public List<Problem> problems() {
    return files.problems();
  }

  /** Is told each later change, in order, before {@link #refresh()} returns. */
  public void onChange(Consumer<TaskChange> listener) {
    listeners.add(listener);
  }

  /**
   * Looks for changes of files and feeds in this interval until closed.
   *
   * @param every more than zero; 5 seconds are usual
   */
  public void watch(Duration every) {
    files.watch(every, this::refresh);
  }

  /** Reads what has changed; returns whether other tasks are in effect now. */
  public synchronized boolean refresh() {
    wasRead |= files.read();
    Feeds now = feeds.get();
    Map<String, Task> tasks = new HashMap<>();
    Map<String, DatabaseSpec> databases = new HashMap<>();
    for (Declaration declared : files.inEffect()) {
      if (declared instanceof Declaration.OfDatabase database) {
        databases.putIfAbsent(database.database().name(), database.database());
      } else if (declared instanceof Declaration.OfTask task) {
        resolved(task.task(), now).ifPresent(t -> tasks.putIfAbsent(t.name(), t));
      }
    }
    tasks.putAll(FeedTasks.derive(now, standIns(tasks), held(now)));
    List<Task> all = List.copyOf(tasks.values());
    tasks.replaceAll((name, task) -> toldOfRotation(task, all, now));
    return activate(new TaskSet(tasks, databases));
  }

  /** Empty if its feed is gone. */
  private static Optional<Task> resolved(Task task, Feeds feeds) {
    Optional<String> name =
        task.spec() instanceof PartitionSpec spec ? spec.feed() : Optional.empty();
    return name.isEmpty()
        ? Optional.of(task)
        : feeds.get(name.get()).map(feed -> FeedTasks.resolve(task, feed));
  }

  /** A conversion must know whether inserts would fail when its partitions end. */
  private static Task toldOfRotation(Task task, List<Task> all, Feeds feeds) {
    if (!(task.spec() instanceof ConvertSpec spec)) {
      return task;
    }
    TableName table = TableName.parse(spec.table());
    return all.stream().anyMatch(t -> Overlap.rotates(t, task.database(), table, feeds))
        ? task.with(spec.thatIsRotated())
        : task;
  }

  private static Set<String> standIns(Map<String, Task> tasks) {
    return tasks.values().stream()
        .flatMap(task -> task.spec() instanceof PartitionSpec spec ? spec.feed().stream() : null)
        .collect(Collectors.toSet());
  }

  private Set<String> held(Feeds now) {
    Set<String> all = now.all().stream().map(Feed::name).collect(Collectors.toSet());
    if (!wasRead) {
      return all;
    }
    Set<String> held = new TreeSet<>();
    for (TaskFile file : files.neverInEffect()) {
      if (!file.readable()) {
        return all;
      }
      file.said("partition", "feed").ifPresent(held::add);
      now.all().stream()
          .filter(feed -> file.tables().stream().anyMatch(glob -> Overlap.concerns(glob, feed)))
          .forEach(feed -> held.add(feed.name()));
    }
    return held;
  }

  private boolean activate(TaskSet tasks) {
    TaskChange change = TaskChange.between(current, tasks);
    if (change.none()) {
      return false;
    }
    current = tasks;
    LOG.info(
        "Tasks added {}, changed {}, removed {}",
        change.added(),
        change.changed(),
        change.removed());
    listeners.forEach(listener -> tell(listener, change));
    return true;
  }

  private static void tell(Consumer<TaskChange> listener, TaskChange change) {
    try {
      listener.accept(change);
    } catch (RuntimeException e) {
      LOG.error("A change of tasks was not taken over by {}", listener, e);
    }
  }

  /** Ends watching; the tasks in effect stay readable. */
  @Override
  public void close() {
    files.close();
  }
}
