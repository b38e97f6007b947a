package io.sluice.service.loader;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.core.feed.FeedDirectory;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.loader.LoadWorker;
import io.sluice.loader.Unpark;
import io.sluice.service.BaseConfiguration;
import io.sluice.service.Consumers;
import io.sluice.service.Loop;
import io.sluice.service.SluiceProperties;
import io.sluice.service.Surroundings;
import io.sluice.service.broker.StageConsumer;
import io.sluice.service.broker.StageWorker.Taken;
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

  private static final int UNPARKED = 100; // files tried again in a round

  @Bean
  LoadWorker loadWorker(
      Transactions transactions,
      Staging staging,
      FeedDirectory feeds,
      WorkPublisher publisher,
      MeterRegistry registry,
      SluiceProperties common,
      LoaderProperties properties,
      Clock clock) {
    return new LoadWorker(
        transactions,
        staging,
        name -> feeds.current().get(name),
        publisher,
        new StageMetrics(registry, Stage.LOAD),
        properties.settings(common.ledger()),
        clock);
  }

  /** What kept a target from taking rows may have been mended. */
  @Bean
  Loop unparkLoop(
      Transactions transactions,
      WorkPublisher publisher,
      Surroundings surroundings,
      LoaderProperties properties) {
    Unpark unpark = new Unpark(transactions, publisher);
    return new Loop(
        "unpark",
        properties.unparkEvery(),
        () -> {
          surroundings.ensureLedger();
          unpark.retry(null, properties.unparkEvery(), UNPARKED);
        });
  }

  @Bean
  StageConsumer loadConsumer(Consumers consumers, LoaderProperties properties, LoadWorker worker) {
    return consumers.consumer(
        Stage.LOAD,
        properties.consumer(),
        batch -> worker.load(batch.stream().map(Taken::message).toList()).toRetry());
  }
}
