package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PrivateRabbitIT extends BrokerContract {
  private static PrivateRabbit rabbit;

  @BeforeAll
  static void start() {
    assumeThat(PrivateRabbit.isInstalled()).as("RabbitMQ is installed").isTrue();
    rabbit = PrivateRabbit.start();
  }

  @AfterAll
  static void stop() {
    if (rabbit != null) {
      rabbit.close();
    }
  }

  @Override
  String uri() {
    return rabbit.uri();
  }

  @Test
  void keepsConfirmedMessages_whenRestartedAndKilled() throws Exception {
    String queue = "survivor";
    publishTo(queue);
    rabbit.restart();
    assertThat(depth(queue)).isEqualTo(1);
    rabbit.kill();
    rabbit.startServer();
    assertThat(depth(queue)).isEqualTo(1);
  }

  @Test
  void losesMessages_whenPurged() throws Exception {
    String queue = "purged";
    publishTo(queue);
    rabbit.purge(queue);
    assertThat(depth(queue)).isZero();
  }

  private static void publishTo(String queue) throws Exception {
    try (Connection connection = connect();
        Channel channel = connection.createChannel()) {
      channel.queueDeclare(queue, true, false, false, Map.of("x-queue-type", "quorum"));
      channel.confirmSelect();
      channel.basicPublish("", queue, MessageProperties.MINIMAL_PERSISTENT_BASIC, new byte[3]);
      channel.waitForConfirmsOrDie(10_000);
    }
  }

  private static long depth(String queue) throws Exception {
    try (Connection connection = connect();
        Channel channel = connection.createChannel()) {
      return channel.messageCount(queue);
    }
  }

  private static Connection connect() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(URI.create(rabbit.uri()));
    return factory.newConnection();
  }
}
