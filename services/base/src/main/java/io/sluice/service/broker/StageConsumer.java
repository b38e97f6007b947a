package io.sluice.service.broker;

import com.rabbitmq.client.Connection;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.message.Stage;
import io.sluice.core.metric.Metric;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one stage's messages to its worker and acknowledges them after the work.
 *
 * <p>When the surroundings fail it cancels its consumers and closes the channel, so that the broker
 * has every message back; it then probes until they are there again, and goes on by itself.
 */
public final class StageConsumer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StageConsumer.class);

  private final ConsumerSettings settings;
  private final BrokerSettings broker;
  private final ConfirmingPublisher publisher;
  private final Runnable probe;
  private final String name;
  private final DeliveryBuffer buffer = new DeliveryBuffer();
  private final StageCrew crew;
  private final AtomicReference<String> paused = new AtomicReference<>("starting");
  private final AtomicReference<ConsumerSession> session = new AtomicReference<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread supervisor;

  /**
   * @param probe returns when everything the worker needs is there, or throws {@link PauseStage}
   * @param name what the broker's own lists call the connection
   */
  public StageConsumer(
      ConsumerSettings settings,
      BrokerSettings broker,
      StageWorker worker,
      ConfirmingPublisher publisher,
      Runnable probe,
      String name,
      MeterRegistry registry) {
    this.settings = settings;
    this.broker = broker;
    this.publisher = publisher;
    this.probe = probe;
    this.name = name;
    this.crew = new StageCrew(settings, worker, buffer, this::endSession);
    this.supervisor = new Thread(this::superviseUntilStopped, stage().id() + "-consumer");
    registry.gauge(
        Metric.PAUSED.meter(),
        List.of(Tag.of("stage", stage().id())),
        paused,
        reason -> reason.get() == null ? 0 : 1);
  }

  public Stage stage() {
    return settings.stage();
  }

  /** Why it takes no messages; empty when it does. */
  public Optional<String> pausedBecause() {
    return Optional.ofNullable(paused.get());
  }

  /** Messages delivered that no worker has taken. */
  int held() {
    return buffer.size();
  }

  /** Starts to consume as soon as the surroundings allow; once only. */
  public void start() {
    crew.start();
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
    crew.stop();
  }

  private void superviseUntilStopped() {
    try {
      while (stop.getCount() > 0) {
        String reason = consumeUntilPaused();
        becomePaused(reason);
        stop.await(settings.probeInterval().toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      log.warn("{} consumer was interrupted", stage().id(), e);
    }
  }

  /** Returns why it paused. */
  private String consumeUntilPaused() throws InterruptedException {
    try {
      probe.run();
      Connection connection = broker.connect(name);
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
      log.error("{} cannot consume", stage().id(), e);
      return "unexpected: " + e;
    }
  }

  private String consume(Connection connection) throws IOException, InterruptedException {
    ConsumerSession mine = new ConsumerSession(stage(), buffer, publisher);
    session.set(mine);
    if (stop.getCount() == 0) {
      return "stopping";
    }
    mine.subscribe(connection, settings.prefetch());
    becomeRunning();
    String reason = mine.awaitEnd();
    becomePaused(reason);
    mine.unsubscribe();
    finishWorkAtHand();
    return reason;
  }

  /** What is in work still gets its acknowledgement; what is not goes back. */
  private void finishWorkAtHand() throws InterruptedException {
    buffer.clear();
    Duration patience = settings.shutdownTimeout();
    if (!buffer.awaitIdle(patience)) {
      log.warn("{}: work goes on after {}; the broker gives it to others", stage().id(), patience);
    }
  }

  private void endSession(String reason) {
    ConsumerSession current = session.get();
    if (current != null) {
      current.end(reason);
    }
  }

  private void becomeRunning() {
    if (paused.getAndSet(null) != null) {
      log.info("{} takes messages", stage().id());
    }
  }

  private void becomePaused(String reason) {
    if (!reason.equals(paused.getAndSet(reason))) {
      log.info("{} paused: {}", stage().id(), reason);
    }
  }
}
