package io.sluice.service.handler;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.core.catalog.Catalog;
import io.sluice.core.catalog.Dimensions;
import io.sluice.core.feed.FeedDirectory;
import io.sluice.core.ledger.HandleLedger;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.handler.work.HandleWorker;
import io.sluice.service.BaseConfiguration;
import io.sluice.service.Consumers;
import io.sluice.service.SluiceProperties;
import io.sluice.service.broker.StageConsumer;
import io.sluice.service.broker.StageWorker;
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
  HandleWorker handleWorker(
      FeedDirectory feeds,
      Transactions transactions,
      Catalog catalog,
      Dimensions dimensions,
      Staging staging,
      WorkPublisher publisher,
      MeterRegistry registry,
      SluiceProperties common,
      HandlerProperties properties,
      Clock clock) {
    return new HandleWorker(
        name -> feeds.current().get(name),
        new HandleLedger(transactions, common.ledger().lease()),
        catalog,
        dimensions,
        staging,
        publisher,
        new StageMetrics(registry, Stage.HANDLE),
        properties.settings(common.ledger()),
        clock);
  }

  @Bean
  StageConsumer handleConsumer(
      Consumers consumers, HandlerProperties properties, HandleWorker worker) {
    return consumers.consumer(
        Stage.HANDLE,
        properties.consumer(),
        StageWorker.each(taken -> worker.handle(taken.message(), taken.redelivered())));
  }
}
