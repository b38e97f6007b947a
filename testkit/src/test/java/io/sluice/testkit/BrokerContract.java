package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Sluice asks of a broker; the embedded one and RabbitMQ both have to give it. */
abstract class BrokerContract {
  private static final String EXCHANGE = "sluice";

  private final String queue = "q." + UUID.randomUUID();
  private Connection connection;
  private Channel channel;

  abstract String uri();

  @BeforeEach
  void declareQuorumQueue() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(URI.create(uri()));
    connection = factory.newConnection();
    channel = connection.createChannel();
    channel.exchangeDeclare(EXCHANGE, "direct", true);
    channel.queueDeclare(queue, true, false, false, Map.of("x-queue-type", "quorum"));
    channel.queueBind(queue, EXCHANGE, queue);
    channel.confirmSelect();
  }

  @AfterEach
  void close() {
    connection.abort(); // a test may have taken the broker away
  }

  @Test
  void confirmsAndDelivers_whenPublishedWithConfirms() throws Exception {
    publish("hello", Map.of());
    GetResponse got = get();
    assertThat(new String(got.getBody(), StandardCharsets.UTF_8)).isEqualTo("hello");
  }

  @Test
  void returnsMessage_whenMandatoryAndUnroutable() throws Exception {
    List<String> returned = new CopyOnWriteArrayList<>();
    channel.addReturnListener(message -> returned.add(message.getRoutingKey()));
    channel.basicPublish(EXCHANGE, "nowhere", true, null, new byte[0]);
    // RabbitMQ confirms after the return, Qpid says no: the return is what both do.
    await().until(() -> returned.equals(List.of("nowhere")));
  }

  @Test
  void deliversAgainAsRedelivered_whenNackedWithRequeue() throws Exception {
    publish("again", Map.of());
    GetResponse first = get();
    channel.basicNack(first.getEnvelope().getDeliveryTag(), false, true);
    assertThat(get().getEnvelope().isRedeliver()).isTrue();
  }

  @Test
  void keepsDelivering_whenReturnedMoreOftenThanBrokerDefaultsAllow() throws Exception {
    publish("stubborn", Map.of());
    for (int i = 0; i < 30; i++) {
      channel.basicNack(get().getEnvelope().getDeliveryTag(), false, true);
    }
    assertThat(get().getBody()).hasSize(8);
  }

  @Test
  void holdsBackMessages_whenPrefetchIsReached() throws Exception {
    for (int i = 0; i < 10; i++) {
      publish("m" + i, Map.of());
    }
    channel.basicQos(3);
    List<Long> tags = new CopyOnWriteArrayList<>();
    channel.basicConsume(
        queue, false, (tag, m) -> tags.add(m.getEnvelope().getDeliveryTag()), tag -> {});
    await().until(() -> tags.size() == 3);
    channel.messageCount(queue); // a round trip later, still no more
    assertThat(tags).hasSize(3);
    channel.basicAck(tags.get(0), false);
    await().until(() -> tags.size() == 4);
  }

  @Test
  void returnsUnacknowledgedMessages_whenConsumerIsCancelledAndChannelCloses() throws Exception {
    publish("mine", Map.of());
    Channel consumer = connection.createChannel();
    List<Long> tags = new CopyOnWriteArrayList<>();
    String tag =
        consumer.basicConsume(
            queue, false, (t, m) -> tags.add(m.getEnvelope().getDeliveryTag()), t -> {});
    await().until(() -> tags.size() == 1);
    consumer.basicCancel(tag);
    consumer.close();
    await().until(() -> channel.messageCount(queue) == 1);
  }

  @Test
  void carriesFailureInHeaders_whenDeadLetteredByTheApplication() throws Exception {
    String dead = queue + ".dead";
    channel.queueDeclare(dead, true, false, false, Map.of("x-queue-type", "quorum"));
    channel.queueBind(dead, EXCHANGE, dead);
    publish("poison", Map.of());
    GetResponse failed = get();
    publishTo(dead, failed.getBody(), Map.of("sluice-reason", "attempts", "sluice-attempts", 5));
    channel.basicAck(failed.getEnvelope().getDeliveryTag(), false);
    GetResponse got = channel.basicGet(dead, true);
    assertThat(got.getProps().getHeaders().get("sluice-reason")).hasToString("attempts");
    assertThat(got.getProps().getHeaders().get("sluice-attempts")).isEqualTo(5);
    assertThat(channel.messageCount(queue)).isZero();
  }

  private void publish(String body, Map<String, Object> headers) throws Exception {
    publishTo(queue, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  private void publishTo(String key, byte[] body, Map<String, Object> headers) throws Exception {
    AMQP.BasicProperties properties =
        MessageProperties.MINIMAL_PERSISTENT_BASIC.builder().headers(headers).build();
    channel.basicPublish(EXCHANGE, key, true, properties, body);
    channel.waitForConfirmsOrDie(TimeUnit.SECONDS.toMillis(10));
  }

  /** A quorum queue offers a confirmed or returned message a moment later. */
  private GetResponse get() {
    return await().until(() -> channel.basicGet(queue, false), got -> got != null);
  }
}
