package io.sluice.service.broker;

import io.sluice.core.message.Stage;
import java.time.Duration;

/**
 * How one stage consumes.
 *
 * @param concurrency workers at the same time
 * @param prefetch messages held of the live and of the bulk queue each
 * @param batch most messages a worker takes at once
 * @param batchWait how long a batch waits to fill
 * @param retryDelay how long a worker rests after work failed for no known reason
 * @param probeInterval how often a paused stage looks whether it can go on
 * @param shutdownTimeout how long work at hand may take to finish when the service stops
 */
public record ConsumerSettings(
    Stage stage,
    int concurrency,
    int prefetch,
    int batch,
    Duration batchWait,
    Duration retryDelay,
    Duration probeInterval,
    Duration shutdownTimeout) {

  public ConsumerSettings {
    if (concurrency < 1 || batch < 1 || prefetch < concurrency * batch) {
      throw new IllegalArgumentException(
          ("sluice.%s: concurrency and batch must be at least 1, and prefetch at least concurrency x"
                  + " batch, not %d, %d and %d")
              .formatted(stage.id(), concurrency, batch, prefetch));
    }
  }
}
