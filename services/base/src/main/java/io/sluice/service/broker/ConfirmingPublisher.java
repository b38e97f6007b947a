package io.sluice.service.broker;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.MessageProperties;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import java.io.IOException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Publishes with confirms and mandatory routing: what it returns from, the broker has. Safe for use
 * by many threads, each of which gets a channel of its own for the time of one call.
 */
public final class ConfirmingPublisher implements WorkPublisher, AutoCloseable {
  private static final int ERROR_LENGTH = 4096;

  private final BrokerSettings settings;
  private final String name;
  private final Clock clock;
  private final ConcurrentLinkedQueue<ConfirmedChannel> free = new ConcurrentLinkedQueue<>();
  private final ReentrantLock connecting = new ReentrantLock();
  private Connection connection;

  /**
   * @param name what the broker's own lists call the connection
   */
  public ConfirmingPublisher(BrokerSettings settings, String name, Clock clock) {
    this.settings = settings;
    this.name = name;
    this.clock = clock;
  }

  @Override
  public void publish(Collection<WorkMessage> messages) {
    if (messages.isEmpty()) {
      return;
    }
    withChannel(
        channel -> {
          for (WorkMessage message : messages) {
            channel.send(message.queue(), Map.of(), message.toJson());
          }
          return null;
        });
  }

  @Override
  public void publishDead(WorkMessage message, Failure failure) {
    publishDead(message.stage().deadQueue(), message.toJson(), failure);
  }

  /** For a body that is no work message: it keeps its bytes, for a person to look at. */
  public void publishDead(String queue, byte[] body, Failure failure) {
    withChannel(
        channel -> {
          channel.send(queue, headers(failure), body);
          return null;
        });
  }

  private Map<String, Object> headers(Failure failure) {
    String error = String.valueOf(failure.error());
    return Map.of(
        "sluice-file", failure.fileId(),
        "sluice-reason", String.valueOf(failure.reason()),
        "sluice-error", error.substring(0, Math.min(error.length(), ERROR_LENGTH)),
        "sluice-attempts", failure.attempts(),
        "sluice-died-at", clock.instant().toString());
  }

  @Override
  public long depth(String queue) {
    return withChannel(channel -> channel.channel().messageCount(queue));
  }

  private interface Use<T> {
    T apply(ConfirmedChannel channel) throws IOException;
  }

  private <T> T withChannel(Use<T> use) {
    try {
      ConfirmedChannel channel = take();
      try {
        T result = use.apply(channel);
        channel.confirm(settings);
        free.add(channel);
        return result;
      } catch (IOException | TimeoutException | RuntimeException | InterruptedException e) {
        // A new connection declares the queues again, should they be what is missing.
        channel.channel().getConnection().abort();
        throw e;
      }
    } catch (IOException | TimeoutException | AlreadyClosedException e) {
      throw settings.away(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PauseStage("interrupted while publishing", e);
    }
  }

  private ConfirmedChannel take() throws IOException {
    for (ConfirmedChannel c = free.poll(); c != null; c = free.poll()) {
      if (c.channel().isOpen()) {
        return c;
      }
    }
    ConfirmedChannel made =
        new ConfirmedChannel(Topology.open(connection()), new CopyOnWriteArrayList<>());
    made.channel().confirmSelect();
    made.channel().addReturnListener(returned -> made.returned().add(returned.getRoutingKey()));
    return made;
  }

  private Connection connection() {
    connecting.lock();
    try {
      if (connection == null || !connection.isOpen()) {
        connection = settings.connect(name, null);
      }
      return connection;
    } finally {
      connecting.unlock();
    }
  }

  @Override
  public void close() {
    connecting.lock();
    try {
      if (connection != null) {
        connection.abort();
      }
    } finally {
      connecting.unlock();
    }
  }

  /**
   * @param returned queues the broker could not route to since the last confirm
   */
  private record ConfirmedChannel(Channel channel, List<String> returned) {

    void send(String queue, Map<String, Object> headers, byte[] body) throws IOException {
      AMQP.BasicProperties properties =
          MessageProperties.MINIMAL_PERSISTENT_BASIC
              .builder()
              .contentType("application/json")
              .headers(headers)
              .build();
      channel.basicPublish(Topology.EXCHANGE, queue, true, properties, body);
    }

    /** A return always comes before the confirm of the same message. */
    void confirm(BrokerSettings settings)
        throws IOException, TimeoutException, InterruptedException {
      boolean confirmed = channel.waitForConfirms(settings.timeout().toMillis());
      if (!returned.isEmpty()) {
        throw new IOException("no such queue: " + String.join(", ", returned));
      }
      if (!confirmed) {
        throw new IOException("the broker refused a message");
      }
    }
  }
}
