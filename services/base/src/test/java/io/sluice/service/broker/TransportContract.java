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
import io.sluice.core.fate.RetryBatch;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher.Failure;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a stage relies on, whichever broker carries its messages. */
abstract class TransportContract {
  static final Duration OUTAGE = Duration.ofSeconds(60);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicBoolean away = new AtomicBoolean();
  private final List<Long> worked = new CopyOnWriteArrayList<>();
  private ConfirmingPublisher publisher;
  private QueueConsumer consumer;

  abstract String uri();

  abstract void restartBroker();

  @BeforeEach
  void createQueues() throws Exception {
    publisher = new ConfirmingPublisher(settings(), "test publisher", Clock.systemUTC());
    try (Connection connection = settings().connect("test setup", null);
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
    publisher.publish(messages(true, 51, 100));
    consume(3, this::note);
    await().until(() -> worked.size() == 100);
    awaitEmpty();
    assertThat(worked).doesNotHaveDuplicates();
  }

  @Test
  void worksLiveMessages_whileBulkBlocks() throws Exception {
    publisher.publish(messages(true, 1, 20));
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    consume(
        1,
        (message, redelivered) -> {
          if (message.bulk()) {
            began.countDown();
            awaitGate(gate);
          }
          note(message, redelivered);
        });
    began.await();
    publisher.publish(messages(false, 101, 120));
    await().until(() -> worked.size() == 20);
    assertThat(worked).allMatch(id -> id > 100);
    gate.countDown();
    await().until(() -> worked.size() == 40);
  }

  @Test
  void worksAsManyAtATimeAsConcurrencySays_andHoldsOneMoreEach() {
    publisher.publish(messages(false, 1, 10));
    AtomicInteger atWork = new AtomicInteger();
    CountDownLatch gate = new CountDownLatch(1);
    consume(
        2,
        (message, redelivered) -> {
          atWork.incrementAndGet();
          awaitGate(gate);
          note(message, redelivered);
        });
    await().until(() -> atWork.get() == 2);
    await().until(() -> free("sluice.handle") == 6);
    assertThat(atWork).hasValue(2);
    gate.countDown();
    await().until(() -> worked.size() == 10);
  }

  @Test
  void triesAgain_whenWorkFailsForUnknownReason() {
    publisher.publish(messages(false, 1, 1));
    List<Boolean> attempts = new CopyOnWriteArrayList<>();
    consume(
        1,
        (message, redelivered) -> {
          attempts.add(redelivered);
          if (attempts.size() == 1) {
            throw new IllegalStateException("on purpose");
          }
          if (attempts.size() == 2) {
            throw new StackOverflowError("on purpose");
          }
          if (attempts.size() == 3) {
            throw new RetryBatch("on purpose");
          }
          note(message, redelivered);
        });
    await().until(() -> worked.equals(List.of(1L)));
    assertThat(attempts).containsExactly(false, true, true, true);
    awaitEmpty();
  }

  @Test
  void worksOtherMessages_whileOneRests() {
    publisher.publish(messages(false, 1, 10));
    consume(
        settings(1, Duration.ofHours(1), Duration.ofSeconds(20)),
        (message, redelivered) -> {
          if (message.batch() == 1) {
            throw new IllegalStateException("on purpose");
          }
          note(message, redelivered);
        });
    await().until(() -> worked.size() == 9);
    consumer.close();
    await().until(() -> publisher.depth("sluice.handle") == 1);
  }

  @Test
  void givesBackAndSaysWhy_thenResumes_whenSurroundingsAreAway() {
    publisher.publish(messages(false, 1, 10));
    away.set(true);
    consume(2, this::note);
    await().until(() -> "database: away on purpose".equals(pausedBecause()));
    assertThat(worked).isEmpty();
    assertThat(publisher.depth("sluice.handle")).isEqualTo(10);
    assertThat(pausedGauge()).isEqualTo(1);
    away.set(false);
    await().until(() -> worked.size() == 10);
    await().until(() -> consumer.pausedBecause().isEmpty()); // just after the first message
    assertThat(pausedGauge()).isZero();
  }

  @Test
  void losesNothing_whenWorkerPauses() {
    publisher.publish(messages(false, 1, 30));
    AtomicInteger calls = new AtomicInteger();
    consume(
        3,
        (message, redelivered) -> {
          if (calls.incrementAndGet() % 10 == 0) {
            throw new PauseStage("staging: full on purpose");
          }
          note(message, redelivered);
        });
    await().until(() -> worked.size() >= 30);
    awaitEmpty();
    assertThat(worked).containsExactlyInAnyOrderElementsOf(ids(1, 30));
    assertThat(publisher.depth("sluice.handle.dead")).isZero();
  }

  @Test
  void givesEverythingBack_whileWorkerPauses() {
    publisher.publish(messages(false, 1, 10));
    consume(
        2,
        (message, redelivered) -> {
          away.set(true);
          throw new PauseStage("staging: full on purpose");
        });
    await().until(() -> "database: away on purpose".equals(pausedBecause()));
    await().until(() -> publisher.depth("sluice.handle") == 10);
  }

  @Test
  void deadLettersWithItsBytes_whenBodyIsNoMessage() throws Exception {
    consume(1, this::note);
    byte[] body = "hello".getBytes(StandardCharsets.UTF_8);
    onChannel(c -> c.basicPublish(Topology.EXCHANGE, "sluice.handle", null, body));
    GetResponse dead = awaitDead();
    assertThat(dead.getBody()).isEqualTo(body);
    assertThat(dead.getProps().getHeaders().get("sluice-reason")).hasToString("not_a_message");
    awaitEmpty();
  }

  @Test
  void putsFailureIntoHeaders_whenPublishedAsDead() throws Exception {
    WorkMessage message = new WorkMessage(Stage.HANDLE, "f", 7, false);
    publisher.publishDead(message, new Failure(9, "attempts", "it broke", 5));
    GetResponse dead = awaitDead();
    Map<String, Object> headers = dead.getProps().getHeaders();
    assertThat(WorkMessage.parse(dead.getBody())).isEqualTo(message);
    assertThat(headers.get("sluice-reason")).hasToString("attempts");
    assertThat(headers.get("sluice-error")).hasToString("it broke");
    assertThat(headers.get("sluice-attempts")).isEqualTo(5);
  }

  @Test
  void finishesWorkAndReturnsTheRest_whenStopped() throws Exception {
    publisher.publish(messages(false, 1, 10));
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    consume(
        1,
        (message, redelivered) -> {
          began.countDown();
          awaitGate(gate);
          note(message, redelivered);
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
  void returnsWorkToo_whenItOutlastsTheShutdown() throws Exception {
    publisher.publish(messages(false, 1, 10));
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    consume(
        settings(1, Duration.ofMillis(20), Duration.ofMillis(50)),
        (message, redelivered) -> {
          began.countDown();
          awaitGate(new CountDownLatch(1));
          interrupted.countDown();
        });
    began.await();
    consumer.close();
    interrupted.await();
    await().until(() -> publisher.depth("sluice.handle") == 10);
  }

  @Test
  void goesOn_whenBrokerRestarts() {
    consume(1, this::note);
    await().until(() -> consumer.pausedBecause().isEmpty());
    restartBroker();
    publishPatiently(messages(false, 1, 1));
    await().atMost(OUTAGE).until(() -> worked.contains(1L));
  }

  @Test
  void usesQueueAsItIs_whenItExistsWithOtherArguments() throws Exception {
    onChannel(
        c -> {
          c.queueDelete("sluice.handle");
          c.queueDeclare("sluice.handle", true, false, false, Map.of("x-max-length", 1000));
        });
    publishPatiently(messages(false, 1, 5));
    consume(1, this::note);
    await().until(() -> worked.size() == 5);
    awaitEmpty();
    onChannel(c -> c.queueDelete("sluice.handle")); // for other tests
  }

  /** What the publisher says, as a pattern, when sluice.handle is gone. */
  String noSuchQueue() {
    return "no such queue: sluice\\.handle";
  }

  @Test
  void pausesPublisher_thenGoesOn_whenQueueIsGone() throws Exception {
    publisher.publish(messages(false, 1, 1));
    onChannel(c -> c.queueDelete("sluice.handle"));
    assertThatThrownBy(() -> publisher.publish(messages(false, 2, 2)))
        .isInstanceOf(PauseStage.class)
        .hasMessageMatching(".*" + noSuchQueue() + ".*");
    publisher.publish(messages(false, 3, 3)); // declared again
    assertThat(publisher.depth("sluice.handle")).isEqualTo(1);
  }

  @Test
  void confirmsEveryMessage_whenManyThreadsPublish() throws Exception {
    List<Future<?>> calls = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    for (int i = 0; i < 40; i++) {
      long from = 1 + 25L * i;
      calls.add(threads.submit(() -> publisher.publish(messages(false, from, from + 24))));
    }
    for (Future<?> call : calls) {
      call.get();
    }
    threads.shutdown();
    assertThat(publisher.depth("sluice.handle")).isEqualTo(1000);
  }

  @Test
  void pausesPublisher_whenBrokerIsNotThere() {
    BrokerSettings nowhere = settings(List.of("127.0.0.1:1"), "secret");
    try (ConfirmingPublisher lost = new ConfirmingPublisher(nowhere, "t", Clock.systemUTC())) {
      assertThatThrownBy(() -> lost.publish(messages(false, 1, 1)))
          .isInstanceOf(PauseStage.class)
          .hasMessageStartingWith("broker 127.0.0.1:1: ")
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void takesNextAddress_whenTheFirstDoesNotAnswer() throws Exception {
    BrokerSettings there = settings();
    BrokerSettings two =
        settings(List.of("127.0.0.1:1", there.addresses().get(0)), there.password());
    try (Connection connection = two.connect("test second address", null)) {
      assertThat(connection.isOpen()).isTrue();
      assertThat(connection.getClientProvidedName()).isEqualTo("test second address");
    }
  }

  @Test
  void tellsWhatEndsTheProcess_whenWorkEndsWithAnError() {
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    List<Throwable> told = new CopyOnWriteArrayList<>();
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> told.add(thrown));
    try {
      publisher.publish(messages(false, 1, 1));
      consume(
          1,
          (message, redelivered) -> {
            throw new NoClassDefFoundError("on purpose");
          });
      await().dontCatchUncaughtExceptions().until(() -> !told.isEmpty());
      consumer.close();
      assertThat(told.get(0)).isInstanceOf(NoClassDefFoundError.class);
      await().until(() -> publisher.depth("sluice.handle") == 1);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  QueueConsumer consumer() {
    return consumer;
  }

  List<Long> worked() {
    return worked;
  }

  long depth(String queue) {
    return publisher.depth(queue);
  }

  void note(WorkMessage message, boolean redelivered) {
    worked.add(message.batch());
  }

  void consume(int concurrency, StageWorker worker) {
    consume(settings(concurrency, Duration.ofMillis(20), Duration.ofSeconds(20)), worker);
  }

  private void consume(ConsumerSettings settings, StageWorker worker) {
    consumer =
        new QueueConsumer(
            settings,
            settings(),
            new StageHandler(Stage.HANDLE, worker),
            publisher,
            this::probe,
            "test consumer",
            registry);
    consumer.start();
  }

  /** Messages that no consumer holds; the broker's own count may have those too. */
  private int free(String queue) throws Exception {
    AtomicInteger free = new AtomicInteger();
    onChannel(
        c -> {
          while (c.basicGet(queue, false) != null) {
            free.incrementAndGet();
          }
        });
    return free.get();
  }

  private static ConsumerSettings settings(
      int concurrency, Duration retryDelay, Duration shutdownTimeout) {
    return new ConsumerSettings(
        "handle",
        Map.of("sluice.handle", concurrency, "sluice.handle.bulk", 1),
        "sluice.handle.dead",
        true,
        retryDelay,
        Duration.ofMillis(100),
        shutdownTimeout);
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

  void publishPatiently(List<WorkMessage> messages) {
    await()
        .atMost(OUTAGE)
        .ignoreExceptionsInstanceOf(PauseStage.class)
        .untilAsserted(() -> publisher.publish(messages));
  }

  /** Stopped first: what is not acknowledged would come back to the queue. */
  void awaitEmpty() {
    consumer.close();
    assertThat(publisher.depth("sluice.handle") + publisher.depth("sluice.handle.bulk")).isZero();
  }

  private GetResponse awaitDead() throws Exception {
    try (Connection connection = connect();
        Channel channel = connection.createChannel()) {
      return await().until(() -> channel.basicGet("sluice.handle.dead", true), d -> d != null);
    }
  }

  static void awaitGate(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static List<WorkMessage> messages(boolean bulk, long from, long to) {
    List<WorkMessage> messages = new ArrayList<>();
    ids(from, to).forEach(id -> messages.add(new WorkMessage(Stage.HANDLE, "f", id, bulk)));
    return messages;
  }

  static List<Long> ids(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  private BrokerSettings settings() {
    URI uri = URI.create(uri());
    String[] user = uri.getUserInfo().split(":", 2);
    return settings(List.of(uri.getHost() + ":" + uri.getPort()), user[1]);
  }

  private BrokerSettings settings(List<String> addresses, String password) {
    String user = URI.create(uri()).getUserInfo().split(":", 2)[0];
    return new BrokerSettings(addresses, user, password, "/", false, Duration.ofSeconds(10));
  }

  interface OnChannel {
    void use(Channel channel) throws IOException;
  }

  void onChannel(OnChannel use) throws Exception {
    try (Connection connection = connect();
        Channel channel = connection.createChannel()) {
      use.use(channel);
    }
  }

  private Connection connect() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(URI.create(uri()));
    return factory.newConnection();
  }
}
