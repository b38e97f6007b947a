package io.sluice.core.metric;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.sluice.core.message.Stage;
import java.time.Duration;
import java.util.Optional;

/** Counts one stage's work under the rule of {@link Metric}: what was received adds up. */
public final class StageMetrics {

  private final MeterRegistry registry;
  private final Stage stage;

  public StageMetrics(MeterRegistry registry, Stage stage) {
    this.registry = registry;
    this.stage = stage;
  }

  /**
   * Counts a file or message that was received, and what became of it.
   *
   * @param outcome one of the stage's metrics
   * @param reason where that metric has this label
   */
  public void outcome(String feed, Metric outcome, Optional<String> reason) {
    count(Metric.STAGE_RECEIVED, feed, Optional.empty(), 1);
    count(outcome, feed, reason, 1);
  }

  /** Times the work on one batch. */
  public void time(String feed, Duration time) {
    registry.timer(Metric.STAGE_SECONDS.meter(), "stage", stage.id(), "feed", feed).record(time);
  }

  public void bytes(String feed, long bytes) {
    count(Metric.STAGE_BYTES, feed, Optional.empty(), (double) bytes);
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

  private void count(Metric metric, String feed, Optional<String> reason, double amount) {
    Tags tags = Tags.of("stage", stage.id(), "feed", feed);
    registry
        .counter(metric.meter(), reason.map(r -> tags.and("reason", r)).orElse(tags))
        .increment(amount);
  }
}
