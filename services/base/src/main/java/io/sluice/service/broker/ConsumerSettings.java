package io.sluice.service.broker;

import java.time.Duration;
import java.util.Map;

/**
 * What a {@link QueueConsumer} consumes, and how.
 *
 * @param name as logs, readiness and metrics call it
 * @param queues with how many messages of each are worked on at the same time; each queue has
 *     consumers of its own, so that none waits for another
 * @param deadQueue for what is no message
 * @param computes whether the work needs the processor more than it waits
 * @param retryDelay how long a message rests after work failed for no known reason
 * @param probeInterval how often a paused consumer looks whether it can go on
 * @param shutdownTimeout how long work at hand may take to finish when the service stops
 */
public record ConsumerSettings(
    String name,
    Map<String, Integer> queues,
    String deadQueue,
    boolean computes,
    Duration retryDelay,
    Duration probeInterval,
    Duration shutdownTimeout) {

  public ConsumerSettings {
    queues = Map.copyOf(queues);
    queues.forEach(
        (queue, concurrency) -> {
          if (concurrency < 1) {
            throw new IllegalArgumentException(
                "the concurrency of %s is %d; it must be at least 1".formatted(queue, concurrency));
          }
        });
  }

  int concurrency() {
    return queues.values().stream().mapToInt(Integer::intValue).sum();
  }
}
