package io.sluice.service.broker;

import io.sluice.testkit.TestRabbit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RabbitTransportIT extends TransportContract {
  private static TestRabbit rabbit;

  @BeforeAll
  static void start() {
    rabbit = TestRabbit.start();
  }

  @AfterAll
  static void stop() {
    rabbit.close();
  }

  @Override
  String uri() {
    return rabbit.uri();
  }

  @Override
  void restartBroker() {
    rabbit.restart();
  }
}
