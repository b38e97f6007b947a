package io.sluice.service.broker;

import com.rabbitmq.client.Connection;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.metric.Metric;
import io.sluice.core.thread.Threads;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the messages of some queues to a handler and acknowledges them after the work.
 *
 * <p>When the surroundings fail it closes its connection, so that the broker has every message
 * back; it then probes until they are there again, and goes on by itself.
 */
public final class QueueConsumer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(QueueConsumer.class);

  private final ConsumerSettings settings;
  private final BrokerSettings broker;
  private final MessageHandler handler;
  private final ConfirmingPublisher publisher;
  private final Runnable probe;
  private final String connectionName;
  private final ExecutorService workers;
  private final AtomicReference<String> paused = new AtomicReference<>("starting");
  private final AtomicReference<ConsumerSession> session = new AtomicReference<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread supervisor;

  /**
   * @param probe returns when everything the handler needs is there, or throws {@link PauseStage}
   * @param connectionName what the broker's own lists call the connection
   */
  public QueueConsumer(
      ConsumerSettings settings,
      BrokerSettings broker,
      MessageHandler handler,
      ConfirmingPublisher publisher,
      Runnable probe,
      String connectionName,
      MeterRegistry registry) {
    this.settings = settings;
    this.broker = broker;
    this.handler = handler;
    this.publisher = publisher;
    this.probe = probe;
    this.connectionName = connectionName;
    ThreadFactory threads =
        settings.computes() ? Threads.forComputing(name()) : Threads.forWaiting(name());
    this.workers = Threads.pool(settings.concurrency(), threads);
    this.supervisor =
        Threads.forWaiting(name() + "-consumer").newThread(this::superviseUntilStopped);
    registry.gauge(
        Metric.PAUSED.meter(),
        List.of(Tag.of("stage", name())),
        paused,
        reason -> reason.get() == null ? 0 : 1);
  }

  public String name() {
    return settings.name();
  }

  /** Why it takes no messages; empty when it does. */
  public Optional<String> pausedBecause() {
    return Optional.ofNullable(paused.get());
  }

  /** Starts to consume as soon as the surroundings allow; once only. */
  public void start() {
    supervisor.start();
  }

  /** Takes no more messages, finishes the work at hand, and gives all else back. */
  @Override
  public void close() {
    stop.countDown();
    endSession("stopping");
    try {
      supervisor.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    workers.shutdownNow();
  }

  private void superviseUntilStopped() {
    try {
      while (stop.getCount() > 0) {
        becomePaused(consumeUntilPaused());
        stop.await(settings.probeInterval().toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      log.warn("{} consumer was interrupted", name(), e);
    }
  }

  /** Returns why it paused. */
  private String consumeUntilPaused() throws InterruptedException {
    try {
      probe.run();
      Connection connection = broker.connect(connectionName, workers);
      try {
        return consume(connection);
      } finally {
        connection.abort(Math.toIntExact(broker.timeout().toMillis()));
      }
    } catch (PauseStage e) {
      return e.getMessage();
    } catch (IOException e) {
      return broker.away(e).getMessage();
    } catch (RuntimeException e) {
      log.error("{} cannot consume", name(), e);
      return "unexpected: " + e;
    }
  }

  private String consume(Connection connection) throws IOException, InterruptedException {
    ConsumerSession mine = new ConsumerSession(settings, handler, publisher);
    session.set(mine);
    if (stop.getCount() == 0) {
      return "stopping";
    }
    mine.subscribe(connection);
    becomeRunning();
    String reason = mine.awaitEnd();
    becomePaused(reason);
    if (!mine.awaitIdle()) {
      log.warn(
          "{}: still working after {}; the broker passes the work to others",
          name(),
          settings.shutdownTimeout());
    }
    return reason;
  }

  private void endSession(String reason) {
    ConsumerSession current = session.get();
    if (current != null) {
      current.end(reason);
    }
  }

  private void becomeRunning() {
    if (paused.getAndSet(null) != null) {
      log.info("{} is consuming", name());
    }
  }

  private void becomePaused(String reason) {
    if (!reason.equals(paused.getAndSet(reason))) {
      log.info("{} paused: {}", name(), reason);
    }
  }
}
