package io.sluice.service.loader;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.core.feed.FeedDirectory;
import io.sluice.core.message.Stage;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.core.work.StageProtocol;
import io.sluice.loader.LoadTask;
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

/** The loader's objects. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigurationProperties(LoaderProperties.class)
@Import(BaseConfiguration.class)
public class LoaderConfiguration {

  @Bean
  StageProtocol loadStage(
      Transactions transactions,
      Staging staging,
      FeedDirectory feeds,
      Stages stages,
      MeterRegistry registry,
      SluiceProperties common,
      LoaderProperties properties,
      Clock clock) {
    LoadTask task =
        new LoadTask(
            transactions,
            staging,
            name -> feeds.current().get(name),
            new StageMetrics(registry, Stage.LOAD),
            properties.settings(),
            clock);
    return stages.stage(Stage.LOAD, task, common.ledger().attempts(properties.retryPause()));
  }

  @Bean
  QueueConsumer loadConsumer(
      Consumers consumers, LoaderProperties properties, StageProtocol loadStage) {
    return consumers.stage(properties.concurrency(), properties.bulkConcurrency(), loadStage);
  }
}
