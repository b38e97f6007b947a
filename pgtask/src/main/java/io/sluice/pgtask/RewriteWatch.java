package io.sluice.pgtask;

import io.sluice.pgtask.copyswap.UnfinishedRewrite;
import io.sluice.pgtask.run.RunHistory;
import io.sluice.pgtask.run.TaskMetrics;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.task.AbandonSpec;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSet;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches half-made rewrites in all databases: their triggers log every write until somebody
 * carries them on. Those that nobody does are told; one whose log is too large is abandoned.
 */
public final class RewriteWatch {

  private static final Logger LOG = LoggerFactory.getLogger(RewriteWatch.class);
  private static final String BY = "log limit";

  private final Supplier<TaskSet> tasks;
  private final TaskRunner runner;
  private final RunHistory history;
  private final TaskMetrics metrics;
  private volatile List<String> orphans = List.of();

  public RewriteWatch(
      Supplier<TaskSet> tasks, TaskRunner runner, RunHistory history, TaskMetrics metrics) {
    this.tasks = tasks;
    this.runner = runner;
    this.history = history;
    this.metrics = metrics;
  }

  /** Looks into every database. Call it now and then. */
  public void look() {
    Set<String> carriedOn = history.carriedOn();
    List<String> found = new ArrayList<>();
    for (String database : databases(tasks.get())) {
      for (UnfinishedRewrite one : in(database)) {
        if (one.isLogTooLarge()) {
          abandon(database, one);
        } else if (!carriedOn.contains(one.task())) {
          found.add(orphan(database, one));
        }
      }
    }
    orphans = List.copyOf(found);
    metrics.orphans(found.size());
  }

  /** The warehouse and those that are declared. */
  public static Set<String> databases(TaskSet tasks) {
    Set<String> names = new TreeSet<>(tasks.databases().keySet());
    names.add(DatabaseSpec.WAREHOUSE);
    return names;
  }

  /** What is wrong with a database its tasks say. */
  private List<UnfinishedRewrite> in(String database) {
    try {
      return runner.read(database, UnfinishedRewrite::find);
    } catch (SQLException | RuntimeException e) {
      LOG.debug("Rewrites in database {} are not watched now: {}", database, e.getMessage());
      return List.of();
    }
  }

  private static String orphan(String database, UnfinishedRewrite one) {
    return "%s in database %s is carried on by no schedule; remove it: sluice task abandon %s%s"
        .formatted(
            one,
            database,
            one.table(),
            database.equals(DatabaseSpec.WAREHOUSE) ? "" : " --database " + database);
  }

  /** By a run in the history of its task; one that runs just now ends itself by a cancel. */
  private void abandon(String database, UnfinishedRewrite one) {
    LOG.warn("In database {}, {}", database, one.logTooLarge());
    Task task = abandoning(one.task(), database, List.of(one), Optional.of(one.logTooLarge()));
    if (runner.run(task, BY).isEmpty()) {
      history.cancel(task.name());
    }
  }

  /**
   * The task that abandons rewrites, under the name of the one that worked on them, so that only
   * one of the two runs.
   *
   * @param why nobody asked for it
   */
  public static Task abandoning(
      String name, String database, List<UnfinishedRewrite> rewrites, Optional<String> why) {
    List<String> tables = rewrites.stream().map(one -> one.table().toString()).toList();
    return new Task(
        name.isEmpty() ? "abandon" : name,
        "",
        database,
        ZoneOffset.UTC,
        Optional.empty(),
        List.of(),
        Limits.DEFAULT,
        new AbandonSpec(tables, why));
  }

  /** Half-made rewrites that nobody carries on, each with its remedy. */
  public List<String> orphans() {
    return orphans;
  }
}
