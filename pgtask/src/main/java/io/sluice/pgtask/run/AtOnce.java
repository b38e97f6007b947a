package io.sluice.pgtask.run;

import io.sluice.core.thread.Threads;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Works on things that have nothing to do with each other, as many at once as the run may have
 * connections: most of the time each waits for locks or for others' transactions.
 */
public final class AtOnce {

  /** Work on one of them. */
  @FunctionalInterface
  public interface Work<T> {
    void on(T item) throws SQLException;
  }

  private AtOnce() {}

  /**
   * One after the other in a dry run, whose steps are shown in order. When one throws, those at
   * work come to their end and no further one begins.
   */
  public static <T> void each(TaskRun run, Collection<T> items, Work<? super T> work)
      throws SQLException {
    int threads = run.dry() ? 1 : Math.min(run.limits().connections(), items.size());
    ConcurrentLinkedQueue<T> queue = new ConcurrentLinkedQueue<>(items);
    AtomicBoolean failed = new AtomicBoolean();
    if (threads <= 1) {
      work(queue, failed, work);
      return;
    }
    ExecutorService pool =
        Threads.pool(threads, Threads.forWaiting("sluice-task-" + run.task().name()));
    try {
      for (Future<?> worker :
          pool.invokeAll(Collections.nCopies(threads, () -> work(queue, failed, work)))) {
        worker.get();
      }
    } catch (ExecutionException e) {
      rethrow(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RunEnded(RunEnded.Reason.RELEASED, "interrupted");
    } finally {
      pool.shutdown();
    }
  }

  private static <T> Void work(
      ConcurrentLinkedQueue<T> queue, AtomicBoolean failed, Work<? super T> work)
      throws SQLException {
    boolean done = false;
    try {
      for (T item = queue.poll(); item != null && !failed.get(); item = queue.poll()) {
        work.on(item);
      }
      done = true;
      return null;
    } finally {
      failed.compareAndSet(false, !done);
    }
  }

  private static void rethrow(Throwable thrown) throws SQLException {
    if (thrown instanceof SQLException e) {
      throw e;
    }
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    if (thrown instanceof Error e) {
      throw e;
    }
  }
}
