package io.sluice.service.broker;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RetryBatch;
import io.sluice.core.message.WorkPublisher.Failure;
import io.sluice.core.thread.FatalErrors;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection's life as a consumer, from subscribing to the first reason to stop. Every unit of
 * concurrency is a consumer with a channel of its own: the client delivers on one channel after the
 * other's message is done, and on different channels at the same time.
 */
final class ConsumerSession {
  private static final int PREFETCH = 2; // one at work, and the next one here when it is done

  private static final Logger log = LoggerFactory.getLogger(ConsumerSession.class);

  private final ConsumerSettings settings;
  private final MessageHandler handler;
  private final ConfirmingPublisher publisher;
  private final CompletableFuture<String> end = new CompletableFuture<>();
  private final Semaphore idle;

  ConsumerSession(
      ConsumerSettings settings, MessageHandler handler, ConfirmingPublisher publisher) {
    this.settings = settings;
    this.handler = handler;
    this.publisher = publisher;
    this.idle = new Semaphore(settings.concurrency());
  }

  /**
   * @param connection whose executor has a thread for every consumer
   */
  void subscribe(Connection connection) throws IOException {
    for (Map.Entry<String, Integer> queue : settings.queues().entrySet()) {
      for (int i = 0; i < queue.getValue(); i++) {
        Channel channel = Topology.open(connection);
        channel.addShutdownListener(cause -> end("broker: " + cause.getMessage()));
        channel.basicQos(PREFETCH);
        channel.basicConsume(queue.getKey(), false, new Receiver(channel));
      }
    }
  }

  /** Gives the reason to stop; only the first counts. What is delivered from now on goes back. */
  void end(String reason) {
    end.complete(reason);
  }

  /** Waits for a reason to stop and returns it. */
  String awaitEnd() {
    return end.join();
  }

  /** Waits for the work at hand: it still gets its acknowledgement. False if it takes too long. */
  boolean awaitIdle() throws InterruptedException {
    return idle.tryAcquire(
        settings.concurrency(), settings.shutdownTimeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  private final class Receiver extends DefaultConsumer {

    Receiver(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
      if (end.isDone() || !idle.tryAcquire()) {
        return; // it goes back with the channel
      }
      try {
        handle(envelope.getDeliveryTag(), body, envelope.isRedeliver());
      } finally {
        idle.release();
      }
    }

    private void handle(long tag, byte[] body, boolean redelivered) {
      try {
        handler.handle(body, redelivered);
        acknowledge(tag);
      } catch (PauseStage e) {
        // Nothing is acknowledged: the channel closes, and the broker has the message back.
        end(e.getMessage());
      } catch (RefusedMessage e) {
        bury(tag, body, e);
      } catch (RetryBatch e) {
        log.info("{}: message requeued: {}", settings.name(), e.getMessage());
        giveBackLater(tag);
      } catch (RuntimeException | StackOverflowError e) {
        log.error("{} failed and will be tried again", settings.name(), e);
        giveBackLater(tag);
      } catch (Error e) { // the client would close the channel and go on
        end("failed for good: " + e);
        FatalErrors.report(e);
      }
    }

    private void bury(long tag, byte[] body, RefusedMessage e) {
      log.error("Dead-lettered what {} cannot take: {}", settings.name(), e.getMessage());
      try {
        publisher.publishDead(
            settings.deadQueue(), body, new Failure(0, e.reason(), e.getMessage(), 1));
        acknowledge(tag);
      } catch (PauseStage away) {
        end(away.getMessage());
      }
    }

    private void acknowledge(long tag) {
      try {
        getChannel().basicAck(tag, false);
      } catch (IOException | AlreadyClosedException e) {
        log.debug(
            "Acknowledgement lost; the message will be redelivered and find nothing to do", e);
      }
    }

    /** Whatever the reason is, it has no better answer within the same millisecond. */
    private void giveBackLater(long tag) {
      Executor later =
          CompletableFuture.delayedExecutor(
              settings.retryDelay().toMillis(), TimeUnit.MILLISECONDS);
      later.execute(() -> giveBack(tag));
    }

    private void giveBack(long tag) {
      try {
        getChannel().basicNack(tag, false, true);
      } catch (IOException | AlreadyClosedException e) {
        log.debug("The broker already has the message back", e);
      }
    }

    @Override
    public void handleCancel(String tag) {
      end("broker: the queue is gone");
    }
  }
}
