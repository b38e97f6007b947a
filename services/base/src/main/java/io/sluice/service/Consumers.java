package io.sluice.service;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.core.message.Stage;
import io.sluice.service.broker.BrokerSettings;
import io.sluice.service.broker.ConfirmingPublisher;
import io.sluice.service.broker.StageConsumer;
import io.sluice.service.broker.StageWorker;

/** Makes the consumers of the stages that a service runs. */
public final class Consumers {
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

  /** A consumer that starts and stops with the service. */
  public StageConsumer consumer(Stage stage, ConsumerProperties consumer, StageWorker worker) {
    return new StageConsumer(
        consumer.settings(stage, properties),
        broker,
        worker,
        publisher,
        surroundings::check,
        "sluice %s %s".formatted(stage.id(), properties.instance()),
        registry);
  }
}
