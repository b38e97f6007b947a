package io.sluice.service.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.testkit.PrivateRabbit;
import io.sluice.testkit.TestRabbit;
import java.util.HashSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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

  @Test
  void losesNothingAndDeadLettersNothing_whenBrokerRestarts() {
    publishPatiently(messages(false, 1, 100));
    AtomicInteger begun = new AtomicInteger();
    CountDownLatch gate = new CountDownLatch(1);
    consume(
        3,
        (message, redelivered) -> {
          if (begun.incrementAndGet() > 50) {
            awaitGate(gate);
          }
          note(message, redelivered);
        });
    await().until(() -> begun.get() > 50);
    restartBroker();
    gate.countDown();
    await().atMost(OUTAGE).until(() -> new HashSet<>(worked()).containsAll(ids(1, 100)));
    await().atMost(OUTAGE).until(() -> depth("sluice.handle") == 0);
    assertThat(depth("sluice.handle.dead")).isZero();
  }

  /** The embedded broker does not tell consumers. */
  @Test
  void goesOn_whenItsQueueIsDeleted() throws Exception {
    consume(1, this::note);
    await().until(() -> consumer().pausedBecause().isEmpty());
    onChannel(c -> c.queueDelete("sluice.handle"));
    publishPatiently(messages(false, 1, 5));
    await().atMost(OUTAGE).until(() -> worked().size() == 5);
  }

  @Test
  void showsItsNameInTheBrokersList() {
    assumeTrue(rabbit instanceof PrivateRabbit);
    consume(1, this::note);
    await().until(() -> consumer().pausedBecause().isEmpty());
    assertThat(((PrivateRabbit) rabbit).rabbitmqctl("list_connections", "client_properties"))
        .contains("test consumer");
  }
}
