package io.sluice.service;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.core.catalog.Catalog;
import io.sluice.core.catalog.Dimensions;
import io.sluice.core.feed.FeedDirectory;
import io.sluice.core.ledger.Leases;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.ledger.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.Stagings;
import io.sluice.service.broker.BrokerSettings;
import io.sluice.service.broker.ConfirmingPublisher;
import io.sluice.service.broker.StageConsumer;
import java.io.IOException;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What all services share; each imports it and adds its {@link StageConsumer}s and loops. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SluiceProperties.class)
public class BaseConfiguration {

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  /** Does not ask for a connection at once: a service may start before its database. */
  @Bean
  HikariDataSource dataSource(SluiceProperties properties, MeterRegistry registry) {
    SluiceProperties.Database database = properties.database();
    HikariConfig config = new HikariConfig();
    config.setPoolName("sluice");
    config.setJdbcUrl(database.url());
    config.setUsername(database.user());
    config.setPassword(database.password());
    config.setMaximumPoolSize(database.poolSize());
    config.setMinimumIdle(2);
    config.setConnectionTimeout(database.timeout().toMillis());
    config.setInitializationFailTimeout(-1);
    config.setMetricRegistry(registry);
    config.addDataSourceProperty("ApplicationName", "sluice " + properties.instance());
    config.addDataSourceProperty("tcpKeepAlive", "true");
    return new HikariDataSource(config);
  }

  @Bean
  Transactions transactions(DataSource dataSource) {
    return new Transactions(dataSource);
  }

  @Bean
  Leases leases(Transactions transactions, SluiceProperties properties) {
    return new Leases(transactions, properties.instance());
  }

  @Bean
  LedgerPartitions ledgerPartitions(Transactions transactions) {
    return new LedgerPartitions(transactions);
  }

  @Bean
  Catalog catalog(Transactions transactions) {
    return new Catalog(transactions);
  }

  @Bean
  Dimensions dimensions(Transactions transactions) {
    return new Dimensions(transactions);
  }

  @Bean
  FeedDirectory feedDirectory(SluiceProperties properties, Clock clock) {
    FeedDirectory feeds = new FeedDirectory(properties.feeds(), clock);
    feeds.watch(properties.feedsReload());
    return feeds;
  }

  @Bean
  Staging staging(SluiceProperties properties, Clock clock) throws IOException {
    return Stagings.open(properties.staging().settings(), clock);
  }

  @Bean
  Surroundings surroundings(DataSource dataSource, Staging staging) {
    return new Surroundings(dataSource, staging);
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
  Consumers consumers(
      SluiceProperties properties,
      BrokerSettings broker,
      ConfirmingPublisher publisher,
      Surroundings surroundings,
      MeterRegistry registry) {
    return new Consumers(properties, broker, publisher, surroundings, registry);
  }

  @Bean
  StageRunner stageRunner(ObjectProvider<StageConsumer> consumers, ObjectProvider<Loop> loops) {
    return new StageRunner(consumers.stream().toList(), loops.stream().toList());
  }

  @Bean
  HealthIndicator stages(ObjectProvider<StageConsumer> consumers, ObjectProvider<Loop> loops) {
    return new StagesHealth(consumers.stream().toList(), loops.stream().toList());
  }
}
