package io.sluice.service;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.Stagings;
import io.sluice.service.broker.BrokerSettings;
import io.sluice.service.broker.ConfirmingPublisher;
import java.io.IOException;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What the services of stages share; each imports it and adds its consumers and loops. */
@Configuration(proxyBeanMethods = false)
@Import(DatabaseConfiguration.class)
public class BaseConfiguration {

  @Bean
  Staging staging(SluiceProperties properties, Clock clock) throws IOException {
    return Stagings.open(properties.staging().settings(), clock);
  }

  @Bean
  Surroundings surroundings(LedgerDatabase database, Staging staging) {
    return new Surroundings(database, staging);
  }

  @Bean
  BrokerSettings brokerSettings(SluiceProperties properties) {
    return properties.broker().settings();
  }

  @Bean
  ConfirmingPublisher workPublisher(
      BrokerSettings broker, SluiceProperties properties, Clock clock) {
    return new ConfirmingPublisher(broker, "sluice publisher " + properties.instance(), clock);
  }

  @Bean
  Stages stageFactory(
      Transactions transactions, WorkPublisher publisher, MeterRegistry registry, Clock clock) {
    return new Stages(transactions, publisher, registry, clock);
  }

  @Bean
  Consumers consumers(
      SluiceProperties properties,
      BrokerSettings broker,
      ConfirmingPublisher publisher,
      Surroundings surroundings,
      MeterRegistry registry) {
    return new Consumers(properties, broker, publisher, surroundings, registry);
  }
}
