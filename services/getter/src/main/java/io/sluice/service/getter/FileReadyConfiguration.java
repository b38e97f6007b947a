package io.sluice.service.getter;

import io.sluice.core.fate.RetryBatch;
import io.sluice.core.feed.Feeds;
import io.sluice.core.ledger.FileIntake;
import io.sluice.core.message.WorkPublisher.Failure;
import io.sluice.core.sql.Transactions;
import io.sluice.getter.scan.FileReady;
import io.sluice.getter.scan.FileReady.Accepted;
import io.sluice.getter.source.Sources;
import io.sluice.service.Consumers;
import io.sluice.service.broker.ConfirmingPublisher;
import io.sluice.service.broker.QueueConsumer;
import io.sluice.service.broker.RefusedMessage;
import io.sluice.service.broker.Topology;
import java.io.IOException;
import java.time.Clock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Files that others announce: over HTTP, and by messages in {@link Topology#FILE_READY}. */
@Configuration(proxyBeanMethods = false)
@Import(FileReadyController.class)
class FileReadyConfiguration {
  private static final Logger log = LoggerFactory.getLogger(FileReadyConfiguration.class);

  @Bean
  FileReady fileReady(
      Supplier<Feeds> feeds,
      Sources sources,
      FileIntake intake,
      Transactions transactions,
      Clock clock) {
    return new FileReady(feeds, sources, intake, transactions, clock);
  }

  @Bean
  FileReadyToken fileReadyToken(GetterProperties properties) throws IOException {
    return FileReadyToken.of(properties.fileReadyToken(), properties.fileReadyTokenFile());
  }

  @Bean
  QueueConsumer fileReadyConsumer(
      Consumers consumers, ConfirmingPublisher publisher, FileReady ready) {
    return consumers.queue(
        "file-ready",
        Topology.FILE_READY,
        (body, redelivered) -> take(ready, publisher, body, redelivered));
  }

  /**
   * What cannot be taken now comes again after a rest, and from the second time on goes to the end
   * of the queue, so that the messages of a host that is away hold up no other's.
   */
  private static void take(
      FileReady ready, ConfirmingPublisher publisher, byte[] body, boolean redelivered) {
    try {
      accept(ready, body);
    } catch (IOException e) {
      if (!redelivered) {
        throw new RetryBatch(e.getMessage(), e);
      }
      log.warn("{}, trying again later: {}", Topology.FILE_READY, e.getMessage());
      publisher.publishDead(Topology.FILE_READY, body, new Failure(0, "later", e.getMessage(), 1));
    }
  }

  /** Over HTTP the sender is told which files were not taken; here the dead-letter queue is. */
  private static void accept(FileReady ready, byte[] body) throws IOException {
    try {
      Accepted accepted = ready.accept(body);
      if (!accepted.problems().isEmpty()) {
        throw new IllegalArgumentException(String.join("; ", accepted.problems()));
      }
    } catch (IllegalArgumentException e) {
      throw new RefusedMessage("refused", e);
    }
  }
}
