package io.sluice.service.broker;

import io.sluice.embedded.EmbeddedBroker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class EmbeddedTransportTest extends TransportContract {
  private static EmbeddedBroker broker;

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.startOnFreePort();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Override
  String uri() {
    return broker.uri();
  }

  @Override
  void restartBroker() {
    broker.restart();
  }

  /** This broker may refuse a message before it returns it; RabbitMQ returns it first. */
  @Override
  String noSuchQueue() {
    return "(" + super.noSuchQueue() + "|the broker refused a message)";
  }
}
