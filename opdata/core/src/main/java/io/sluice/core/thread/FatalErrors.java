package io.sluice.core.thread;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process when an {@link Error} ends one of its threads: a service that has lost a worker
 * to an OutOfMemoryError or a NoClassDefFoundError would go on saying that it is well. It ends
 * without shutdown hooks, as after a kill: what it had in hand is taken up by others.
 *
 * <p>A StackOverflowError in the work on one message is that message's fault. Workers and loops
 * treat it as an exception; it comes here only where it ended a thread.
 */
public final class FatalErrors {

  /** What the process returns; EX_SOFTWARE of sysexits.h. */
  public static final int EXIT_CODE = 70;

  private static final Logger log = LoggerFactory.getLogger(FatalErrors.class);

  private FatalErrors() {}

  /** Has errors end this process from now on; for launchers of services. */
  public static void endProcess() {
    endProcess(Runtime.getRuntime()::halt);
  }

  /**
   * As {@link #endProcess()}, for tests.
   *
   * @param halt told the exit code
   */
  static void endProcess(IntConsumer halt) {
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> ended(thread, thrown, halt));
  }

  private static void ended(Thread thread, Throwable thrown, IntConsumer halt) {
    if (!(thrown instanceof Error)) {
      log.error("Thread {} ended with an exception", thread.getName(), thrown);
      return;
    }
    try {
      log.error(
          "Thread {} ended with an error; the process ends with exit code {}",
          thread.getName(),
          EXIT_CODE,
          thrown);
    } finally {
      halt.accept(EXIT_CODE);
    }
  }

  /**
   * Treats an error that was caught, or that a library would keep to itself, as if it had ended the
   * thread. Returns only where {@link #endProcess()} was not called: in commands and tests.
   */
  public static void report(Error error) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
  }

  /** Reports the error that a finished task of an executor keeps in its future. */
  static void reportKept(Runnable task) {
    if (task instanceof Future<?> future && future.isDone()) {
      try {
        future.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          report(error);
        }
      } catch (CancellationException e) {
        log.trace("A cancelled task has no outcome", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
