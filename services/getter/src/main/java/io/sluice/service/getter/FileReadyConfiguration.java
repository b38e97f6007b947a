package io.sluice.service.getter;

import io.sluice.core.feed.Feeds;
import io.sluice.core.ledger.FileIntake;
import io.sluice.getter.scan.FileReady;
import io.sluice.getter.scan.FileReady.Accepted;
import io.sluice.getter.source.Sources;
import io.sluice.service.Loop;
import io.sluice.service.SluiceProperties;
import io.sluice.service.Surroundings;
import io.sluice.service.broker.BrokerSettings;
import io.sluice.service.broker.ConfirmingPublisher;
import io.sluice.service.broker.QueueReader;
import io.sluice.service.broker.Topology;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Files that others announce: over HTTP, and by messages in {@link Topology#FILE_READY}. */
@Configuration(proxyBeanMethods = false)
@Import(FileReadyController.class)
class FileReadyConfiguration {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  @Bean
  FileReady fileReady(Supplier<Feeds> feeds, Sources sources, FileIntake intake, Clock clock) {
    return new FileReady(feeds, sources, intake, clock);
  }

  @Bean
  QueueReader fileReadyReader(
      BrokerSettings broker,
      ConfirmingPublisher publisher,
      SluiceProperties properties,
      FileReady ready) {
    String name = "sluice file-ready " + properties.instance();
    return new QueueReader(
        broker, publisher, Topology.FILE_READY, name, body -> accept(ready, body));
  }

  @Bean
  Loop fileReadyLoop(QueueReader fileReadyReader, Surroundings surroundings) {
    return new Loop(
        "file-ready",
        LOOK_EVERY,
        () -> {
          surroundings.ensureLedger();
          fileReadyReader.run();
        });
  }

  /** Over HTTP the sender is told which files were not taken; here the dead-letter queue is. */
  private static void accept(FileReady ready, byte[] body) throws IOException {
    Accepted accepted = ready.accept(body);
    if (!accepted.problems().isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", accepted.problems()));
    }
  }
}
