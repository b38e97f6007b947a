package io.sluice.core.thread;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where the project's threads come from: named, daemons, and none ends with an {@link Error}
 * unnoticed ({@link FatalErrors}). What mostly waits gets virtual threads where the runtime has
 * them; how much runs at a time is bounded by the size of a pool, never by the kind of its threads.
 */
public final class Threads {

  /**
   * Before it, a virtual thread that blocks in synchronized code holds its carrier
   * (https://openjdk.org/jeps/491); with two cores, two of those stop all others.
   */
  private static final int VIRTUAL_SINCE = 24;

  private Threads() {}

  /** For work that mostly waits for a network or a database: virtual threads from JDK 24 on. */
  public static ThreadFactory forWaiting(String name) {
    return Runtime.version().feature() >= VIRTUAL_SINCE ? virtual(name) : forComputing(name);
  }

  /** For work that computes: virtual threads do not take turns, it would hold up all others. */
  public static ThreadFactory forComputing(String name) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** A pool of at most so many threads; what is submitted beyond waits. The caller closes it. */
  public static ExecutorService pool(int threads, ThreadFactory factory) {
    return new ThreadPoolExecutor(
        threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory) {
      @Override
      protected void afterExecute(Runnable task, Throwable thrown) {
        FatalErrors.reportKept(task);
      }
    };
  }

  /** A scheduler whose cancelled tasks leave it at once. The caller closes it. */
  public static ScheduledExecutorService scheduler(int threads, String name) {
    ScheduledThreadPoolExecutor scheduler =
        new ScheduledThreadPoolExecutor(threads, forComputing(name)) {
          @Override
          protected void afterExecute(Runnable task, Throwable thrown) {
            FatalErrors.reportKept(task);
          }
        };
    scheduler.setRemoveOnCancelPolicy(true);
    return scheduler;
  }

  /** By reflection: the project is compiled for JDK 17. */
  private static ThreadFactory virtual(String name) {
    try {
      Class<?> type = Class.forName("java.lang.Thread$Builder");
      Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
      builder = type.getMethod("name", String.class, long.class).invoke(builder, name + "-", 1L);
      return (ThreadFactory) type.getMethod("factory").invoke(builder);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this runtime has no virtual threads", e);
    }
  }
}
