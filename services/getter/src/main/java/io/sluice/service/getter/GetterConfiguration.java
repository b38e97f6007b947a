package io.sluice.service.getter;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.core.feed.FeedDirectory;
import io.sluice.core.feed.Feeds;
import io.sluice.core.ledger.FileIntake;
import io.sluice.core.ledger.Leases;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.core.thread.Threads;
import io.sluice.core.work.StageProtocol;
import io.sluice.core.work.Work;
import io.sluice.getter.dispatch.Dispatcher;
import io.sluice.getter.fetch.FetchSettings;
import io.sluice.getter.fetch.FetchTask;
import io.sluice.getter.scan.ScanRound;
import io.sluice.getter.scan.Scanner;
import io.sluice.getter.settle.SettleTask;
import io.sluice.getter.source.Sources;
import io.sluice.getter.sweep.MessageSweeper;
import io.sluice.getter.sweep.StagingSweeper;
import io.sluice.service.BaseConfiguration;
import io.sluice.service.Consumers;
import io.sluice.service.Loop;
import io.sluice.service.SluiceProperties;
import io.sluice.service.Stages;
import io.sluice.service.Surroundings;
import io.sluice.service.broker.QueueConsumer;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
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
  private static final Duration LOOK_FOR_ROOM = Duration.ofSeconds(10);
  private static final Duration A_DAY = Duration.ofDays(1);
  private static final int UNPARKED = 1_000; // files tried again in a round

  @Bean
  Supplier<Feeds> feeds(FeedDirectory directory) {
    return directory::current;
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
  StageProtocol fetchStage(
      Supplier<Feeds> feeds,
      Sources sources,
      Staging staging,
      Transactions transactions,
      Stages stages,
      MeterRegistry registry,
      Clock clock,
      SluiceProperties common,
      GetterProperties properties) {
    StageMetrics metrics = new StageMetrics(registry, Stage.FETCH);
    FetchSettings settings = properties.fetchSettings(common.ledger());
    return stages.stage(
        Stage.FETCH,
        new FetchTask(feeds, sources, staging, transactions, metrics, clock, settings),
        settings.attempts());
  }

  @Bean
  QueueConsumer fetchConsumer(
      Consumers consumers, GetterProperties properties, StageProtocol fetchStage) {
    return consumers.stage(
        properties.fetchConcurrency(), properties.fetchBulkConcurrency(), fetchStage);
  }

  @Bean
  StageProtocol settleStage(
      Supplier<Feeds> feeds,
      Sources sources,
      Transactions transactions,
      Stages stages,
      SluiceProperties common,
      GetterProperties properties) {
    StageProtocol.Settings attempts = common.ledger().attempts(properties.retryPause());
    return stages.stage(
        Stage.SETTLE,
        new SettleTask(feeds, sources, transactions, attempts, properties.hostPause()),
        attempts);
  }

  @Bean
  QueueConsumer settleConsumer(
      Consumers consumers, GetterProperties properties, StageProtocol settleStage) {
    return consumers.stage(
        properties.settleConcurrency(), properties.settleBulkConcurrency(), settleStage);
  }

  @Bean(destroyMethod = "shutdown")
  ExecutorService scanExecutor(GetterProperties properties) {
    return Threads.pool(properties.scanConcurrency(), Threads.forWaiting("scan"));
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
            feeds, leases, transactions, publisher, staging, properties.dispatch().settings());
    return loop("dispatch", properties.dispatch().interval(), surroundings, dispatcher);
  }

  /** What kept files from going on may have been put right. */
  @Bean
  Loop unparkLoop(
      Leases leases,
      Transactions transactions,
      Surroundings surroundings,
      GetterProperties properties) {
    Duration every = properties.unparkEvery();
    return loop(
        "unpark",
        every,
        surroundings,
        () -> {
          if (leases.take("unpark", every)) {
            transactions.ledger(connection -> Work.unpark(connection, every, UNPARKED));
          }
        });
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
  StagingSweeper stagingSweeper(
      Leases leases,
      Transactions transactions,
      Staging staging,
      Clock clock,
      GetterProperties properties) {
    return new StagingSweeper(leases, transactions, staging, clock, properties.sweep().settings());
  }

  @Bean
  Loop stagingSweepLoop(
      StagingSweeper sweeper, Surroundings surroundings, GetterProperties properties) {
    return loop("staging-sweep", properties.sweep().staging(), surroundings, sweeper);
  }

  @Bean
  Loop stagingRoomLoop(StagingSweeper sweeper, Surroundings surroundings) {
    return loop("staging-room", LOOK_FOR_ROOM, surroundings, sweeper::makeRoom);
  }

  /** The getter ignores older files, so what lies before is not needed to know them again. */
  @Bean
  Loop ledgerSweepLoop(
      Leases leases,
      LedgerPartitions partitions,
      Surroundings surroundings,
      SluiceProperties common) {
    return loop(
        "ledger-sweep",
        LEDGER_SWEEP,
        surroundings,
        () -> {
          if (leases.take("ledger sweeper", LEDGER_SWEEP)) {
            partitions.dropOlderThan(common.ledger().keep().plus(A_DAY));
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
