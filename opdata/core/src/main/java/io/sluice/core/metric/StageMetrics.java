package io.sluice.core.metric;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.sluice.core.message.Stage;
import java.time.Duration;

/** Counts one stage's work under the rule of {@link Metric}: what was received adds up. */
public final class StageMetrics {

  private final MeterRegistry registry;
  private final Stage stage;

  public StageMetrics(MeterRegistry registry, Stage stage) {
    this.registry = registry;
    this.stage = stage;
  }

  public void received(String feed) {
    count(Metric.STAGE_RECEIVED, feed, 1);
  }

  public void done(String feed, Duration time) {
    count(Metric.STAGE_DONE, feed, 1);
    registry.timer(Metric.STAGE_SECONDS.meter(), "stage", stage.id(), "feed", feed).record(time);
  }

  public void rejected(String feed, String reason) {
    count(Metric.STAGE_REJECTED, feed, reason);
  }

  public void failed(String feed, String reason) {
    count(Metric.STAGE_FAILED, feed, reason);
  }

  public void retried(String feed, String reason) {
    count(Metric.STAGE_RETRIED, feed, reason);
  }

  public void duplicate(String feed) {
    count(Metric.STAGE_DUPLICATE, feed, 1);
  }

  public void returned(String feed) {
    count(Metric.STAGE_RETURNED, feed, 1);
  }

  public void bytes(String feed, long bytes) {
    count(Metric.STAGE_BYTES, feed, (double) bytes);
  }

  /**
   * Counts units of data.
   *
   * @param outcome read, loaded, collapsed, replaced, rejected or dead
   */
  public void cells(String feed, String outcome, long cells) {
    registry
        .counter(Metric.CELLS.meter(), "feed", feed, "outcome", outcome)
        .increment((double) cells);
  }

  /** Counts rejects of one reason. */
  public void rejects(String feed, String reason, long rejects) {
    registry
        .counter(Metric.REJECTS.meter(), "feed", feed, "reason", reason)
        .increment((double) rejects);
  }

  /** Counts rows committed to the warehouse. */
  public void rows(String feed, long rows) {
    registry.counter(Metric.ROWS_LOADED.meter(), "feed", feed).increment((double) rows);
  }

  private void count(Metric metric, String feed, double amount) {
    registry.counter(metric.meter(), "stage", stage.id(), "feed", feed).increment(amount);
  }

  private void count(Metric metric, String feed, String reason) {
    Tags tags = Tags.of("stage", stage.id(), "feed", feed, "reason", reason);
    registry.counter(metric.meter(), tags).increment();
  }
}
