package io.sluice.pgtask.run;

import io.sluice.core.fate.FateException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes how runs ended, also if the ledger is away for a moment just then. */
final class ResultRecorder {

  private static final Logger LOG = LoggerFactory.getLogger(ResultRecorder.class);
  private static final Duration REST = Duration.ofSeconds(1);
  private static final int ATTEMPTS = 20;

  private final RunHistory history;
  private final CountDownLatch closed = new CountDownLatch(1);

  ResultRecorder(RunHistory history) {
    this.history = history;
  }

  /** What cannot be written is said in the log; the ledger then calls the run lost. */
  void record(RunResult result) {
    for (int n = 1; ; n++) {
      try {
        history.end(result);
        return;
      } catch (FateException e) {
        if (n == ATTEMPTS || rest()) {
          LOG.error("The ledger is unavailable; not recorded: {}: {}", result, e.getMessage());
          return;
        }
      }
    }
  }

  private boolean rest() {
    try {
      return closed.await(REST.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  void close() {
    closed.countDown();
  }
}
