package io.sluice.service.broker;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import io.sluice.core.message.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The exchange and the queues, each bound by its own name. */
public final class Topology {
  /** Name of the one exchange. */
  public static final String EXCHANGE = "sluice";

  /** Where network elements and their managers announce files; not a stage, has no bulk. */
  public static final String FILE_READY = "sluice.file-ready";

  private static final Logger log = LoggerFactory.getLogger(Topology.class);

  private Topology() {}

  /** All queues: of each stage the live, the bulk and the dead one, and the announcements. */
  public static List<String> queues() {
    List<String> queues = new ArrayList<>();
    for (Stage stage : Stage.values()) {
      queues.add(stage.queue(false));
      queues.add(stage.queue(true));
      queues.add(stage.deadQueue());
    }
    queues.add(FILE_READY);
    queues.add(FILE_READY + ".dead");
    return queues;
  }

  /** Creates what is missing; what is there with other arguments stays as it is. */
  static void declare(Connection connection) throws IOException, TimeoutException {
    try (Channel channel = open(connection)) {
      channel.exchangeDeclare(EXCHANGE, BuiltinExchangeType.DIRECT, true);
    }
    Map<String, Object> arguments = arguments(connection.getServerProperties());
    for (String queue : queues()) {
      declareQueue(connection, queue, arguments);
    }
  }

  private static void declareQueue(
      Connection connection, String queue, Map<String, Object> arguments)
      throws IOException, TimeoutException {
    Channel channel = open(connection);
    try {
      channel.queueDeclare(queue, true, false, false, arguments);
    } catch (IOException e) {
      if (!isPreconditionFailed(e)) {
        throw e;
      }
      log.warn(
          "Queue {} exists with different arguments and is used as it is; to have it made anew, delete it while it is empty",
          queue);
      channel = open(connection);
    }
    channel.queueBind(queue, EXCHANGE, queue);
    channel.close();
  }

  static Channel open(Connection connection) throws IOException {
    Channel channel = connection.createChannel();
    if (channel == null) {
      throw new IOException("the broker allows no more channels on this connection");
    }
    return channel;
  }

  /**
   * Attempts are ours to count, so there is no delivery limit: RabbitMQ 3 has none unless told, 4
   * has one of 20 unless told
   * (https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling).
   */
  static Map<String, Object> arguments(Map<String, Object> serverProperties) {
    Map<String, Object> arguments = new HashMap<>();
    arguments.put("x-queue-type", "quorum");
    boolean rabbit = "RabbitMQ".equals(String.valueOf(serverProperties.get("product")));
    String version = String.valueOf(serverProperties.get("version"));
    if (rabbit && !version.startsWith("3.")) {
      arguments.put("x-delivery-limit", -1);
    }
    return arguments;
  }

  private static boolean isPreconditionFailed(IOException e) {
    return e.getCause() instanceof ShutdownSignalException signal
        && signal.getReason() instanceof AMQP.Channel.Close close
        && close.getReplyCode() == AMQP.PRECONDITION_FAILED;
  }
}
