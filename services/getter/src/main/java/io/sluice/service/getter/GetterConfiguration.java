package io.sluice.service.getter;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.core.feed.FeedDirectory;
import io.sluice.core.feed.Feeds;
import io.sluice.core.ledger.FileIds;
import io.sluice.core.ledger.FileIntake;
import io.sluice.core.ledger.Leases;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.getter.dispatch.Dispatcher;
import io.sluice.getter.fetch.FetchWorker;
import io.sluice.getter.scan.ScanRound;
import io.sluice.getter.scan.Scanner;
import io.sluice.getter.settle.SettleWorker;
import io.sluice.getter.source.Sources;
import io.sluice.getter.sweep.MessageSweeper;
import io.sluice.getter.sweep.StagingSweeper;
import io.sluice.service.BaseConfiguration;
import io.sluice.service.Consumers;
import io.sluice.service.Loop;
import io.sluice.service.SluiceProperties;
import io.sluice.service.Surroundings;
import io.sluice.service.broker.StageConsumer;
import io.sluice.service.broker.StageWorker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The getter's objects: workers for fetch and settle, and loops that look for work. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigurationProperties(GetterProperties.class)
@Import({BaseConfiguration.class, FileReadyConfiguration.class})
public class GetterConfiguration {
  private static final Duration LEDGER_SWEEP = Duration.ofHours(1);
  private static final Duration A_DAY = Duration.ofDays(1);

  @Bean
  Supplier<Feeds> feeds(FeedDirectory directory) {
    return directory::current;
  }

  @Bean
  Sources sources() {
    return new Sources();
  }

  @Bean
  FileIntake fileIntake(
      Transactions transactions,
      LedgerPartitions partitions,
      Clock clock,
      SluiceProperties properties) {
    return new FileIntake(transactions, partitions, clock, properties.ledger().keep());
  }

  @Bean
  FetchWorker fetchWorker(
      Supplier<Feeds> feeds,
      Sources sources,
      Staging staging,
      Transactions transactions,
      WorkPublisher publisher,
      MeterRegistry registry,
      Clock clock,
      SluiceProperties common,
      GetterProperties properties) {
    return new FetchWorker(
        feeds,
        sources,
        staging,
        transactions,
        publisher,
        new StageMetrics(registry, Stage.FETCH),
        clock,
        properties.fetchSettings(common.ledger()));
  }

  @Bean
  StageConsumer fetchConsumer(
      Consumers consumers, GetterProperties properties, FetchWorker worker) {
    return consumers.consumer(
        Stage.FETCH,
        properties.fetchConsumer(),
        StageWorker.each(taken -> worker.fetch(taken.message(), taken.redelivered())));
  }

  @Bean
  SettleWorker settleWorker(
      Supplier<Feeds> feeds,
      Sources sources,
      Transactions transactions,
      WorkPublisher publisher,
      MeterRegistry registry,
      Clock clock) {
    return new SettleWorker(
        feeds, sources, transactions, publisher, new StageMetrics(registry, Stage.SETTLE), clock);
  }

  @Bean
  StageConsumer settleConsumer(
      Consumers consumers, GetterProperties properties, SettleWorker worker) {
    return consumers.consumer(
        Stage.SETTLE,
        properties.settleConsumer(),
        StageWorker.each(taken -> worker.settle(taken.message(), taken.redelivered())));
  }

  @Bean(destroyMethod = "shutdown")
  ExecutorService scanExecutor(GetterProperties properties) {
    return Executors.newFixedThreadPool(properties.scanConcurrency());
  }

  @Bean
  Loop scanLoop(
      Supplier<Feeds> feeds,
      Sources sources,
      Leases leases,
      Transactions transactions,
      FileIntake intake,
      ExecutorService scanExecutor,
      Surroundings surroundings,
      Clock clock,
      MeterRegistry registry,
      GetterProperties properties) {
    Scanner scanner = new Scanner(leases, transactions, intake, clock, registry);
    ScanRound round = new ScanRound(feeds, sources, scanner, scanExecutor, clock);
    return loop("scan", properties.scanInterval(), surroundings, round);
  }

  @Bean
  Loop dispatchLoop(
      Supplier<Feeds> feeds,
      Leases leases,
      Transactions transactions,
      WorkPublisher publisher,
      Staging staging,
      Surroundings surroundings,
      GetterProperties properties) {
    Dispatcher dispatcher =
        new Dispatcher(
            feeds, leases, transactions, publisher, staging, properties.dispatchSettings());
    return loop("dispatch", properties.dispatchInterval(), surroundings, dispatcher);
  }

  @Bean
  Loop messageSweepLoop(
      Leases leases,
      Transactions transactions,
      WorkPublisher publisher,
      Surroundings surroundings,
      MeterRegistry registry,
      GetterProperties properties) {
    GetterProperties.Sweep sweep = properties.sweep();
    MessageSweeper sweeper =
        new MessageSweeper(leases, transactions, publisher, registry, sweep.settings());
    return loop("message-sweep", sweep.messages(), surroundings, sweeper);
  }

  @Bean
  Loop stagingSweepLoop(
      Leases leases,
      Transactions transactions,
      Staging staging,
      Surroundings surroundings,
      Clock clock,
      GetterProperties properties) {
    GetterProperties.Sweep sweep = properties.sweep();
    StagingSweeper sweeper =
        new StagingSweeper(leases, transactions, staging, clock, sweep.settings());
    return loop("staging-sweep", sweep.staging(), surroundings, sweeper);
  }

  /** The getter ignores older files, so what lies before is not needed to know them again. */
  @Bean
  Loop ledgerSweepLoop(
      Leases leases,
      LedgerPartitions partitions,
      Surroundings surroundings,
      Clock clock,
      SluiceProperties common) {
    return loop(
        "ledger-sweep",
        LEDGER_SWEEP,
        surroundings,
        () -> {
          if (leases.take("ledger sweeper", LEDGER_SWEEP)) {
            Instant oldest = clock.instant().minus(common.ledger().keep()).minus(A_DAY);
            partitions.dropBefore(FileIds.day(oldest));
          }
        });
  }

  /** Nothing is asked of a ledger that is not there yet. */
  private static Loop loop(String name, Duration rest, Surroundings surroundings, Runnable body) {
    return new Loop(
        name,
        rest,
        () -> {
          surroundings.ensureLedger();
          body.run();
        });
  }
}
