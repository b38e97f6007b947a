package io.sluice.core.work;

import io.sluice.core.metric.Metric;
import java.util.Optional;

/**
 * What became of a file at a stage. Each counts under one metric, so that for every stage received
 * = done + rejected + failed + retried + duplicate + returned.
 *
 * @param metric under which it counts
 * @param reason short and stable, a metric label; empty where there is none to give
 */
public record Outcome(Metric metric, Optional<String> reason) {

  /** Its work is committed. */
  public static final Outcome DONE = new Outcome(Metric.STAGE_DONE, Optional.empty());

  /** There was nothing to do, or its content is known. */
  public static final Outcome DUPLICATE = new Outcome(Metric.STAGE_DUPLICATE, Optional.empty());

  /** Handed back uncounted: what it needs is away, or it waits for something else. */
  public static final Outcome RETURNED = new Outcome(Metric.STAGE_RETURNED, Optional.empty());

  /** Closed as rejected. */
  public static Outcome rejected(String reason) {
    return new Outcome(Metric.STAGE_REJECTED, Optional.of(reason));
  }

  /** Dead: given up at the limit of attempts. */
  public static Outcome failed(String reason) {
    return new Outcome(Metric.STAGE_FAILED, Optional.of(reason));
  }

  /** To be done again, at this stage or the one before. */
  public static Outcome retried(String reason) {
    return new Outcome(Metric.STAGE_RETRIED, Optional.of(reason));
  }
}
