package io.sluice.service;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.core.message.Stage;
import io.sluice.core.work.StageProtocol;
import io.sluice.service.broker.BrokerSettings;
import io.sluice.service.broker.ConfirmingPublisher;
import io.sluice.service.broker.ConsumerSettings;
import io.sluice.service.broker.MessageHandler;
import io.sluice.service.broker.QueueConsumer;
import io.sluice.service.broker.StageHandler;
import java.time.Duration;
import java.util.Map;

/** Makes the consumers that a service runs; they start and stop with it. */
public final class Consumers {
  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

  private final SluiceProperties properties;
  private final BrokerSettings broker;
  private final ConfirmingPublisher publisher;
  private final Surroundings surroundings;
  private final MeterRegistry registry;

  Consumers(
      SluiceProperties properties,
      BrokerSettings broker,
      ConfirmingPublisher publisher,
      Surroundings surroundings,
      MeterRegistry registry) {
    this.properties = properties;
    this.broker = broker;
    this.publisher = publisher;
    this.surroundings = surroundings;
    this.registry = registry;
  }

  /**
   * A consumer of a stage's queues.
   *
   * @param concurrency live messages worked on at the same time
   * @param bulkConcurrency bulk messages worked on at the same time, beside the live ones
   */
  public QueueConsumer stage(int concurrency, int bulkConcurrency, StageProtocol protocol) {
    Stage stage = protocol.stage();
    return consumer(
        stage.id(),
        Map.of(stage.queue(false), concurrency, stage.queue(true), bulkConcurrency),
        stage.deadQueue(),
        stage == Stage.HANDLE,
        new StageHandler(stage, protocol::work),
        () -> surroundings.check(stage));
  }

  /** A consumer of a queue that belongs to no stage, one message at a time. */
  public QueueConsumer queue(String name, String queue, MessageHandler handler) {
    return consumer(
        name, Map.of(queue, 1), queue + ".dead", false, handler, surroundings::checkDatabase);
  }

  private QueueConsumer consumer(
      String name,
      Map<String, Integer> queues,
      String deadQueue,
      boolean computes,
      MessageHandler handler,
      Runnable probe) {
    return new QueueConsumer(
        new ConsumerSettings(
            name,
            queues,
            deadQueue,
            computes,
            RETRY_DELAY,
            properties.probeInterval(),
            properties.shutdownTimeout()),
        broker,
        handler,
        publisher,
        probe,
        "sluice %s %s".formatted(name, properties.instance()),
        registry);
  }
}
