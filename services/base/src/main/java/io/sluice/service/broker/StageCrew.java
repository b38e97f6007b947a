package io.sluice.service.broker;

import com.rabbitmq.client.AlreadyClosedException;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RetryBatch;
import io.sluice.core.message.WorkMessage;
import io.sluice.service.broker.DeliveryBuffer.Delivery;
import io.sluice.service.broker.StageWorker.Taken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** The threads that work: take a batch, have it done, acknowledge it or give it back. */
final class StageCrew {
  private static final Logger log = LoggerFactory.getLogger(StageCrew.class);

  private final ConsumerSettings settings;
  private final StageWorker worker;
  private final DeliveryBuffer buffer;
  private final Consumer<String> pause;
  private final List<Thread> threads = new ArrayList<>();

  /**
   * @param pause told the reason when the surroundings are away
   */
  StageCrew(
      ConsumerSettings settings,
      StageWorker worker,
      DeliveryBuffer buffer,
      Consumer<String> pause) {
    this.settings = settings;
    this.worker = worker;
    this.buffer = buffer;
    this.pause = pause;
  }

  void start() {
    for (int i = 1; i <= settings.concurrency(); i++) {
      Thread thread = new Thread(this::workUntilInterrupted, settings.stage().id() + "-" + i);
      threads.add(thread);
      thread.start();
    }
  }

  /** Ends idle workers; one that is still at work is told by interrupt. */
  void stop() {
    threads.forEach(Thread::interrupt);
    threads.clear();
  }

  private void workUntilInterrupted() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        List<Delivery> batch = buffer.take(settings.batch(), settings.batchWait());
        try {
          work(batch);
        } finally {
          buffer.done();
        }
      }
    } catch (InterruptedException e) {
      log.debug("{} ends", Thread.currentThread().getName(), e);
    }
  }

  private void work(List<Delivery> batch) throws InterruptedException {
    describeInLogs(batch);
    try {
      Collection<WorkMessage> again =
          worker.work(batch.stream().map(d -> new Taken(d.message(), d.redelivered())).toList());
      acknowledge(batch.stream().filter(d -> !again.contains(d.message())).toList());
      giveBackLater(batch.stream().filter(d -> again.contains(d.message())).toList());
    } catch (PauseStage e) {
      // Nothing is acknowledged: the channel closes, and the broker has the messages back.
      pause.accept(e.getMessage());
    } catch (RetryBatch e) {
      log.info("{} again: {}", settings.stage().id(), e.getMessage());
      giveBackLater(batch);
    } catch (RuntimeException | StackOverflowError e) {
      log.error("{} failed and will be tried again", settings.stage().id(), e);
      giveBackLater(batch);
    } finally {
      MDC.clear();
    }
  }

  private static void describeInLogs(List<Delivery> batch) {
    WorkMessage first = batch.get(0).message();
    if (batch.stream().allMatch(d -> d.message().feed().equals(first.feed()))) {
      MDC.put("feed", first.feed());
    }
    if (batch.size() == 1) {
      MDC.put("file", Long.toString(first.fileId()));
    }
  }

  private static void acknowledge(List<Delivery> batch) {
    for (Delivery delivery : batch) {
      try {
        delivery.channel().basicAck(delivery.tag(), false);
      } catch (IOException | AlreadyClosedException e) {
        log.debug("Acknowledgement lost; the message comes again and finds nothing to do", e);
      }
    }
  }

  /** A rest first: whatever the reason is, it has no better answer within the same millisecond. */
  private void giveBackLater(List<Delivery> batch) throws InterruptedException {
    if (batch.isEmpty()) {
      return;
    }
    TimeUnit.MILLISECONDS.sleep(settings.retryDelay().toMillis());
    for (Delivery delivery : batch) {
      try {
        delivery.channel().basicNack(delivery.tag(), false, true);
      } catch (IOException | AlreadyClosedException e) {
        log.debug("The broker has the message back already", e);
      }
    }
  }
}
