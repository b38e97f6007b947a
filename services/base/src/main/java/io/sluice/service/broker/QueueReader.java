package io.sluice.service.broker;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.message.WorkPublisher.Failure;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a queue that holds no work of a stage, such as announcements from outside: a few messages,
 * whose senders may write anything. What cannot be taken goes to the queue's {@code .dead} queue
 * with the reason in its headers; what cannot be taken now goes to the end of the queue.
 */
public final class QueueReader implements Runnable, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(QueueReader.class);

  /** Does what one message asks for. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Handles a message.
     *
     * @throws IllegalArgumentException when it cannot be taken, ever
     * @throws IOException when it cannot be taken now
     * @throws PauseStage when none can be taken now
     */
    void handle(byte[] body) throws IOException;
  }

  private final BrokerSettings broker;
  private final ConfirmingPublisher publisher;
  private final String queue;
  private final String name;
  private final Handler handler;
  private Connection connection;

  /**
   * @param name what the broker's own lists call the connection
   */
  public QueueReader(
      BrokerSettings broker,
      ConfirmingPublisher publisher,
      String queue,
      String name,
      Handler handler) {
    this.broker = broker;
    this.publisher = publisher;
    this.queue = queue;
    this.name = name;
    this.handler = handler;
  }

  /**
   * Takes the messages that are there now.
   *
   * @throws PauseStage when the broker, or what the handler needs, is away
   */
  @Override
  public synchronized void run() {
    try (Channel channel = Topology.open(open())) {
      for (long left = channel.messageCount(queue); left > 0; left--) {
        GetResponse message = channel.basicGet(queue, false);
        if (message == null) {
          return;
        }
        take(message.getBody());
        channel.basicAck(message.getEnvelope().getDeliveryTag(), false);
      }
    } catch (IOException | ShutdownSignalException | java.util.concurrent.TimeoutException e) {
      close();
      throw broker.away(e);
    }
  }

  /** Returns when the message may go; else it stays with the broker. */
  private void take(byte[] body) {
    try {
      handler.handle(body);
    } catch (IllegalArgumentException e) {
      log.warn("{}: {}", queue, e.getMessage());
      publisher.publishDead(queue + ".dead", body, new Failure("refused", e.getMessage(), 1));
    } catch (IOException e) {
      log.warn("{}, later again: {}", queue, e.getMessage());
      publisher.publishDead(queue, body, new Failure("later", e.getMessage(), 1));
    }
  }

  private Connection open() {
    if (connection == null || !connection.isOpen()) {
      connection = broker.connect(name);
    }
    return connection;
  }

  @Override
  public synchronized void close() {
    if (connection != null) {
      connection.abort();
      connection = null;
    }
  }
}
