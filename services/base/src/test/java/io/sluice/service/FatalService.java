package io.sluice.service;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.thread.Threads;
import io.sluice.service.broker.BrokerSettings;
import io.sluice.service.broker.ConfirmingPublisher;
import io.sluice.service.broker.ConsumerSettings;
import io.sluice.service.broker.QueueConsumer;
import io.sluice.service.broker.StageHandler;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.springframework.context.annotation.Configuration;

/** A service of the test's: its threads end with an Error in the way it is told, or well. */
final class FatalService {
  private static final Duration SOON = Duration.ofMillis(50);

  private FatalService() {}

  @Configuration(proxyBeanMethods = false)
  static class Nothing {}

  public static void main(String[] args) throws InterruptedException {
    Map<String, Object> settings = Map.of("spring.main.web-application-type", "none");
    SluiceApplication.run("test", settings, new String[0], Nothing.class);
    Future<?> kept = null; // nobody looks into it
    switch (args[0]) {
      case "loop" -> new Loop("loop", SOON, FatalService::fail).start();
      case "pool" -> kept = Threads.pool(1, Threads.forWaiting("pool")).submit(FatalService::fail);
      case "schedule" ->
          kept =
              Threads.scheduler(1, "timer")
                  .scheduleAtFixedRate(FatalService::fail, 1, 1, TimeUnit.MILLISECONDS);
      case "consumer" -> consume(args[1]);
      default -> new Loop("well", SOON, FatalService::overflow).start();
    }
    Thread.sleep(TimeUnit.SECONDS.toMillis(args[0].equals("well") ? 1 : 60));
    System.out.println("still there, " + kept);
  }

  private static void fail() {
    throw new NoClassDefFoundError("on purpose");
  }

  private static void overflow() {
    throw new StackOverflowError("on purpose");
  }

  private static void consume(String uri) {
    URI broker = URI.create(uri);
    String[] user = broker.getUserInfo().split(":", 2);
    String address = broker.getHost() + ":" + broker.getPort();
    BrokerSettings settings =
        new BrokerSettings(List.of(address), user[0], user[1], "/", false, Duration.ofSeconds(10));
    ConfirmingPublisher publisher = new ConfirmingPublisher(settings, "t", Clock.systemUTC());
    publisher.publish(List.of(new WorkMessage(Stage.HANDLE, "f", 1, false)));
    new QueueConsumer(
            new ConsumerSettings(
                "handle", Map.of("sluice.handle", 1), "sluice.handle.dead", true, SOON, SOON, SOON),
            settings,
            new StageHandler(Stage.HANDLE, (message, redelivered) -> fail()),
            publisher,
            () -> {},
            "t",
            new SimpleMeterRegistry())
        .start();
  }
}
