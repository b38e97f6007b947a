package io.sluice.service;

import io.sluice.service.broker.QueueConsumer;
import java.util.List;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Readiness: down while a stage is paused, with the reason. */
final class StagesHealth implements HealthIndicator {
  private final List<QueueConsumer> consumers;
  private final List<Loop> loops;

  StagesHealth(List<QueueConsumer> consumers, List<Loop> loops) {
    this.consumers = consumers;
    this.loops = loops;
  }

  @Override
  public Health health() {
    Health.Builder health = Health.up();
    for (Loop loop : loops) {
      health.withDetail(loop.name(), loop.failure().map(f -> "waits: " + f).orElse("running"));
    }
    for (QueueConsumer consumer : consumers) {
      String state = consumer.pausedBecause().map(p -> "paused: " + p).orElse("running");
      health.withDetail(consumer.name(), state);
    }
    boolean paused = consumers.stream().anyMatch(c -> c.pausedBecause().isPresent());
    return paused ? health.down().build() : health.build();
  }
}
