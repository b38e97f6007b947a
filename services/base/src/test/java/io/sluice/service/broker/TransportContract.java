package io.sluice.service.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher.Failure;
import io.sluice.service.broker.StageWorker.Taken;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a stage relies on, whichever broker carries its messages. */
abstract class TransportContract {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicBoolean away = new AtomicBoolean();
  private final List<Long> worked = new CopyOnWriteArrayList<>();
  private ConfirmingPublisher publisher;
  private StageConsumer consumer;

  abstract String uri();

  abstract void restartBroker();

  @BeforeEach
  void createQueues() throws Exception {
    publisher = new ConfirmingPublisher(settings(), "test publisher", Clock.systemUTC());
    try (Connection connection = settings().connect("test setup");
        Channel channel = connection.createChannel()) {
      for (String queue : Topology.queues()) {
        channel.queuePurge(queue);
      }
    }
  }

  @AfterEach
  void close() {
    if (consumer != null) {
      consumer.close();
    }
    publisher.close();
  }

  @Test
  void worksEachMessageOnce_whenAllIsWell() {
    publisher.publish(messages(false, 1, 50));
    consume(3, 2, this::note);
    await().until(() -> worked.size() == 50);
    awaitEmpty();
    assertThat(worked).doesNotHaveDuplicates();
  }

  @Test
  void prefersLive_whenBulkWaitsToo() {
    publisher.publish(messages(true, 1, 20));
    publisher.publish(messages(false, 101, 120));
    CountDownLatch gate = new CountDownLatch(1);
    consume(
        1,
        1,
        batch -> {
          awaitGate(gate);
          note(batch);
        });
    await().until(() -> consumer.held() == 39);
    gate.countDown();
    await().until(() -> worked.size() == 40);
    assertThat(worked.subList(1, 20)).allMatch(id -> id > 100);
  }

  @Test
  void triesAgain_whenWorkFailsForUnknownReason() {
    publisher.publish(messages(false, 1, 1));
    AtomicInteger attempts = new AtomicInteger();
    List<Boolean> redelivered = new CopyOnWriteArrayList<>();
    consume(
        1,
        1,
        batch -> {
          redelivered.add(batch.get(0).redelivered());
          if (attempts.incrementAndGet() < 3) {
            throw new IllegalStateException("on purpose");
          }
          note(batch);
        });
    await().until(() -> worked.equals(List.of(1L)));
    assertThat(redelivered).containsExactly(false, true, true);
    awaitEmpty();
  }

  @Test
  void triesAgainOnlyWhatWorkerNames_whenBatchIsDoneInPart() {
    publisher.publish(messages(false, 1, 3));
    AtomicBoolean once = new AtomicBoolean(true);
    consumeSome(
        1,
        3,
        batch -> {
          note(batch);
          return once.getAndSet(false) ? List.of(batch.get(0).message()) : List.of();
        });
    await().until(() -> worked.size() >= 4);
    awaitEmpty();
    assertThat(worked).hasSize(4).containsAll(ids(1, 3)).endsWith(worked.get(0));
  }

  @Test
  void givesBackAndSaysWhy_thenResumes_whenSurroundingsAreAway() throws Exception {
    publisher.publish(messages(false, 1, 10));
    away.set(true);
    consume(2, 1, this::note);
    await().until(() -> "database: away on purpose".equals(pausedBecause()));
    assertThat(worked).isEmpty();
    assertThat(publisher.depth("sluice.handle")).isEqualTo(10);
    assertThat(pausedGauge()).isEqualTo(1);
    away.set(false);
    await().until(() -> worked.size() == 10);
    assertThat(consumer.pausedBecause()).isEmpty();
    assertThat(pausedGauge()).isZero();
  }

  @Test
  void losesNothing_whenWorkerPauses() {
    publisher.publish(messages(false, 1, 10));
    AtomicBoolean once = new AtomicBoolean(true);
    consume(
        1,
        1,
        batch -> {
          if (once.getAndSet(false)) {
            throw new PauseStage("staging: full on purpose");
          }
          note(batch);
        });
    await().until(() -> worked.size() >= 10);
    awaitEmpty();
    assertThat(worked).containsExactlyInAnyOrderElementsOf(ids(1, 10));
  }

  @Test
  void deadLettersWithReason_whenBodyIsNoMessage() throws Exception {
    consume(1, 1, this::note);
    try (Connection connection = connect();
        Channel channel = connection.createChannel()) {
      byte[] body = "hello".getBytes(StandardCharsets.UTF_8);
      channel.basicPublish(Topology.EXCHANGE, "sluice.handle", null, body);
      GetResponse dead =
          await().until(() -> channel.basicGet("sluice.handle.dead", true), d -> d != null);
      assertThat(dead.getBody()).isEqualTo(body);
      assertThat(dead.getProps().getHeaders().get("sluice-reason")).hasToString("not_a_message");
    }
    awaitEmpty();
  }

  @Test
  void putsFailureIntoHeaders_whenPublishedAsDead() throws Exception {
    WorkMessage message = WorkMessage.of(Stage.HANDLE, "f", 7, false);
    publisher.publishDead(message, new Failure("attempts", "it broke", 5));
    try (Connection connection = connect();
        Channel channel = connection.createChannel()) {
      GetResponse dead =
          await().until(() -> channel.basicGet("sluice.handle.dead", true), d -> d != null);
      Map<String, Object> headers = dead.getProps().getHeaders();
      assertThat(WorkMessage.parse(dead.getBody())).isEqualTo(message);
      assertThat(headers.get("sluice-reason")).hasToString("attempts");
      assertThat(headers.get("sluice-error")).hasToString("it broke");
      assertThat(headers.get("sluice-attempts")).isEqualTo(5);
    }
  }

  @Test
  void finishesWorkAndReturnsTheRest_whenStopped() throws Exception {
    publisher.publish(messages(false, 1, 10));
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    consume(
        1,
        1,
        batch -> {
          began.countDown();
          awaitGate(gate);
          note(batch);
        });
    began.await();
    Thread stopper = new Thread(consumer::close);
    stopper.start();
    await().until(() -> "stopping".equals(pausedBecause()));
    gate.countDown();
    stopper.join();
    assertThat(worked).hasSize(1);
    await().until(() -> publisher.depth("sluice.handle") == 9);
  }

  @Test
  void goesOn_whenBrokerRestarts() {
    consume(1, 1, this::note);
    await().until(() -> consumer.pausedBecause().isEmpty());
    restartBroker();
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptionsInstanceOf(PauseStage.class)
        .untilAsserted(() -> publisher.publish(messages(false, 1, 1)));
    await().atMost(Duration.ofSeconds(60)).until(() -> worked.contains(1L));
  }

  @Test
  void pausesPublisher_whenBrokerIsNotThere() {
    BrokerSettings nowhere =
        new BrokerSettings(
            List.of("127.0.0.1:1"), "u", "secret", "/", false, Duration.ofSeconds(2));
    try (ConfirmingPublisher lost = new ConfirmingPublisher(nowhere, "t", Clock.systemUTC())) {
      assertThatThrownBy(() -> lost.publish(messages(false, 1, 1)))
          .isInstanceOf(PauseStage.class)
          .hasMessageStartingWith("broker 127.0.0.1:1: ")
          .hasMessageNotContaining("secret");
    }
  }

  private void note(List<Taken> batch) {
    batch.forEach(taken -> worked.add(taken.message().fileId()));
  }

  private void consume(int concurrency, int batch, Consumer<List<Taken>> work) {
    consumeSome(
        concurrency,
        batch,
        taken -> {
          work.accept(taken);
          return List.of();
        });
  }

  private void consumeSome(int concurrency, int batch, StageWorker worker) {
    ConsumerSettings settings =
        new ConsumerSettings(
            Stage.HANDLE,
            concurrency,
            50,
            batch,
            Duration.ofMillis(20),
            Duration.ofMillis(20),
            Duration.ofMillis(100),
            Duration.ofSeconds(20));
    consumer =
        new StageConsumer(
            settings, settings(), worker, publisher, this::probe, "test consumer", registry);
    consumer.start();
  }

  private void probe() {
    if (away.get()) {
      throw new PauseStage("database: away on purpose");
    }
  }

  private String pausedBecause() {
    return consumer.pausedBecause().orElse(null);
  }

  private double pausedGauge() {
    return registry.get("sluice.stage.paused").tag("stage", "handle").gauge().value();
  }

  /** Stopped first: what is not acknowledged would come back to the queue. */
  private void awaitEmpty() {
    consumer.close();
    assertThat(publisher.depth("sluice.handle") + publisher.depth("sluice.handle.bulk")).isZero();
  }

  private static void awaitGate(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<WorkMessage> messages(boolean bulk, long from, long to) {
    List<WorkMessage> messages = new ArrayList<>();
    ids(from, to).forEach(id -> messages.add(WorkMessage.of(Stage.HANDLE, "f", id, bulk)));
    return messages;
  }

  private static List<Long> ids(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  private BrokerSettings settings() {
    URI uri = URI.create(uri());
    String[] user = uri.getUserInfo().split(":", 2);
    return new BrokerSettings(
        List.of(uri.getHost() + ":" + uri.getPort()),
        user[0],
        user[1],
        "/",
        false,
        Duration.ofSeconds(10));
  }

  private Connection connect() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(URI.create(uri()));
    return factory.newConnection();
  }
}
