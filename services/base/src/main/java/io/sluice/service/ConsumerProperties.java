package io.sluice.service;

import io.sluice.core.message.Stage;
import io.sluice.service.broker.ConsumerSettings;
import java.time.Duration;

/**
 * How one stage consumes, as each service's own properties say it.
 *
 * @param concurrency workers at the same time
 * @param prefetch messages held of the live and of the bulk queue each
 * @param batch most messages a worker takes at once
 * @param batchWait how long a batch waits to fill
 */
public record ConsumerProperties(int concurrency, int prefetch, int batch, Duration batchWait) {

  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

  /** One message at a time. */
  public static ConsumerProperties single(int concurrency, int prefetch) {
    return new ConsumerProperties(concurrency, prefetch, 1, Duration.ZERO);
  }

  ConsumerSettings settings(Stage stage, SluiceProperties common) {
    return new ConsumerSettings(
        stage,
        concurrency,
        prefetch,
        batch,
        batchWait,
        RETRY_DELAY,
        common.probeInterval(),
        common.shutdownTimeout());
  }
}
