package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What chaos and tests of outages ask of a node of their own, whatever its version. */
abstract class PrivateRabbitContract extends BrokerContract {

  abstract PrivateRabbit rabbit();

  @Override
  String uri() {
    return rabbit().uri();
  }

  @Test
  void keepsConfirmedMessages_whenRestartedAndKilled() throws Exception {
    String queue = "survivor";
    publishTo(queue);
    rabbit().restart();
    assertThat(depth(queue)).isEqualTo(1);
    rabbit().kill();
    rabbit().startServer();
    assertThat(depth(queue)).isEqualTo(1);
  }

  @Test
  void losesMessages_whenPurged() throws Exception {
    String queue = "purged";
    publishTo(queue);
    rabbit().purge(queue);
    assertThat(depth(queue)).isZero();
  }

  private void publishTo(String queue) throws Exception {
    try (Connection connection = connect();
        Channel channel = connection.createChannel()) {
      channel.queueDeclare(queue, true, false, false, Map.of("x-queue-type", "quorum"));
      channel.confirmSelect();
      channel.basicPublish("", queue, MessageProperties.MINIMAL_PERSISTENT_BASIC, new byte[3]);
      channel.waitForConfirmsOrDie(10_000);
    }
  }

  private long depth(String queue) throws Exception {
    try (Connection connection = connect();
        Channel channel = connection.createChannel()) {
      return channel.messageCount(queue);
    }
  }

  private Connection connect() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(URI.create(rabbit().uri()));
    return factory.newConnection();
  }
}
