package io.sluice.service;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.core.feed.FeedDirectory;
import io.sluice.core.sql.Transactions;
import io.sluice.service.broker.QueueConsumer;
import java.time.Clock;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What all services share: the warehouse with its ledger, the feeds, and loops that run. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SluiceProperties.class)
public class DatabaseConfiguration {

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
  LedgerDatabase ledgerDatabase(SluiceProperties properties) {
    SluiceProperties.Database database = properties.database();
    PGSimpleDataSource unpooled = new PGSimpleDataSource();
    unpooled.setURL(database.url());
    unpooled.setUser(database.user());
    unpooled.setPassword(database.password());
    unpooled.setConnectTimeout(Math.max(1, Math.toIntExact(database.timeout().toSeconds())));
    unpooled.setApplicationName("sluice " + properties.instance());
    return new LedgerDatabase(unpooled);
  }

  @Bean
  FeedDirectory feedDirectory(SluiceProperties properties, Clock clock) {
    FeedDirectory feeds = new FeedDirectory(properties.feeds(), clock);
    feeds.watch(properties.feedsReload());
    return feeds;
  }

  @Bean
  StageRunner stageRunner(ObjectProvider<QueueConsumer> consumers, ObjectProvider<Loop> loops) {
    return new StageRunner(consumers.stream().toList(), loops.stream().toList());
  }

  @Bean
  HealthIndicator stages(ObjectProvider<QueueConsumer> consumers, ObjectProvider<Loop> loops) {
    return new StagesHealth(consumers.stream().toList(), loops.stream().toList());
  }
}
