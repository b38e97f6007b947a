package io.sluice.service.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TopologyTest {

  @Test
  void namesEveryQueueOfEveryStage() {
    assertThat(Topology.queues())
        .hasSize(14)
        .contains("sluice.fetch", "sluice.load.bulk", "sluice.settle.dead", "sluice.file-ready");
  }

  @Test
  void liftsDeliveryLimit_whenBrokerHasOneByDefault() {
    assertThat(Topology.arguments(Map.of("product", "RabbitMQ", "version", "4.1.0")))
        .containsEntry("x-delivery-limit", -1);
  }

  @Test
  void setsNoDeliveryLimit_whenBrokerHasNone() {
    assertThat(Topology.arguments(Map.of("product", "RabbitMQ", "version", "3.10.8")))
        .containsOnlyKeys("x-queue-type");
    assertThat(Topology.arguments(Map.of("product", "qpid", "version", "10.1.0")))
        .containsOnlyKeys("x-queue-type");
  }
}
