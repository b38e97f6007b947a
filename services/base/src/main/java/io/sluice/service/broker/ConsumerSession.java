package io.sluice.service.broker;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher.Failure;
import io.sluice.service.broker.DeliveryBuffer.Delivery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection's life as a consumer, from subscribing to the first reason to stop. */
final class ConsumerSession {
  private static final Logger log = LoggerFactory.getLogger(ConsumerSession.class);

  private final Stage stage;
  private final DeliveryBuffer buffer;
  private final ConfirmingPublisher publisher;
  private final CompletableFuture<String> end = new CompletableFuture<>();
  private final List<String> consumerTags = new ArrayList<>();
  private Channel channel;

  ConsumerSession(Stage stage, DeliveryBuffer buffer, ConfirmingPublisher publisher) {
    this.stage = stage;
    this.buffer = buffer;
    this.publisher = publisher;
  }

  void subscribe(Connection connection, int prefetch) throws IOException {
    channel = Topology.open(connection);
    channel.addShutdownListener(cause -> end("broker: " + cause.getMessage()));
    channel.basicQos(prefetch); // for each consumer
    consumerTags.add(channel.basicConsume(stage.queue(false), false, new Receiver(false)));
    consumerTags.add(channel.basicConsume(stage.queue(true), false, new Receiver(true)));
  }

  /** Gives the reason to stop; only the first counts. */
  void end(String reason) {
    end.complete(reason);
  }

  /** Waits for a reason to stop and returns it. */
  String awaitEnd() {
    return end.join();
  }

  /** Has the broker send nothing more. */
  void unsubscribe() {
    for (String tag : consumerTags) {
      try {
        channel.basicCancel(tag);
      } catch (IOException | AlreadyClosedException e) {
        log.debug("The channel is closed already", e);
      }
    }
  }

  private final class Receiver extends DefaultConsumer {
    private final boolean bulk;

    Receiver(boolean bulk) {
      super(channel);
      this.bulk = bulk;
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body)
        throws IOException {
      if (end.isDone()) {
        return; // a straggler; it goes back with the channel
      }
      long deliveryTag = envelope.getDeliveryTag();
      try {
        WorkMessage message = parse(body);
        buffer.add(new Delivery(channel, deliveryTag, message, envelope.isRedeliver()), bulk);
      } catch (IllegalArgumentException e) {
        bury(deliveryTag, body, e);
      }
    }

    private WorkMessage parse(byte[] body) {
      WorkMessage message = WorkMessage.parse(body);
      if (message.stage() != stage) {
        throw new IllegalArgumentException(
            "work for stage %s in a queue of %s".formatted(message.stage().id(), stage.id()));
      }
      return message;
    }

    /** No repetition makes it readable, and it may not block the queue. */
    private void bury(long deliveryTag, byte[] body, IllegalArgumentException reason)
        throws IOException {
      log.error("Dead-lettered what is not work for this stage: {}", reason.getMessage());
      try {
        publisher.publishDead(
            stage.deadQueue(), body, new Failure("not_a_message", reason.getMessage(), 1));
        channel.basicAck(deliveryTag, false);
      } catch (PauseStage e) {
        end(e.getMessage());
      }
    }

    @Override
    public void handleCancel(String tag) {
      end("broker: the queue is gone");
    }

    @Override
    public void handleShutdownSignal(String tag, ShutdownSignalException signal) {
      end("broker: " + signal.getMessage());
    }
  }
}
