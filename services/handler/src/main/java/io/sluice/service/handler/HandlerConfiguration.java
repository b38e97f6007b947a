package io.sluice.service.handler;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.core.catalog.Catalog;
import io.sluice.core.catalog.Dimensions;
import io.sluice.core.feed.FeedDirectory;
import io.sluice.core.ledger.HandleLedger;
import io.sluice.core.message.Stage;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.core.work.StageProtocol;
import io.sluice.handler.work.HandleTask;
import io.sluice.service.BaseConfiguration;
import io.sluice.service.Consumers;
import io.sluice.service.SluiceProperties;
import io.sluice.service.Stages;
import io.sluice.service.broker.QueueConsumer;
import java.time.Clock;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The handler's objects. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigurationProperties(HandlerProperties.class)
@Import(BaseConfiguration.class)
public class HandlerConfiguration {

  @Bean
  Catalog catalog(Transactions transactions) {
    return new Catalog(transactions);
  }

  @Bean
  Dimensions dimensions(Transactions transactions) {
    return new Dimensions(transactions);
  }

  @Bean
  HandleTask handleTask(
      FeedDirectory feeds,
      Transactions transactions,
      Catalog catalog,
      Dimensions dimensions,
      Staging staging,
      MeterRegistry registry,
      SluiceProperties common,
      HandlerProperties properties,
      Clock clock) {
    return new HandleTask(
        name -> feeds.current().get(name),
        new HandleLedger(transactions),
        catalog,
        dimensions,
        staging,
        new StageMetrics(registry, Stage.HANDLE),
        properties.settings(),
        common.ledger().attempts(properties.retryPause()),
        clock);
  }

  @Bean
  StageProtocol handleStage(
      Stages stages, HandleTask task, SluiceProperties common, HandlerProperties properties) {
    return stages.stage(Stage.HANDLE, task, common.ledger().attempts(properties.retryPause()));
  }

  @Bean
  QueueConsumer handleConsumer(
      Consumers consumers, HandlerProperties properties, StageProtocol handleStage) {
    return consumers.stage(properties.concurrency(), properties.bulkConcurrency(), handleStage);
  }
}
