package io.sluice.bench.model;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.catalog.Catalog;
import io.sluice.core.catalog.Dimensions;
import io.sluice.core.feed.Feeds;
import io.sluice.core.ledger.FileIntake;
import io.sluice.core.ledger.HandleLedger;
import io.sluice.core.ledger.Leases;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.core.work.StageProtocol;
import io.sluice.core.work.StageTask;
import io.sluice.getter.dispatch.DispatchSettings;
import io.sluice.getter.dispatch.Dispatcher;
import io.sluice.getter.fetch.FetchSettings;
import io.sluice.getter.fetch.FetchTask;
import io.sluice.getter.scan.Scanner;
import io.sluice.getter.settle.SettleTask;
import io.sluice.getter.source.Sources;
import io.sluice.getter.sweep.MessageSweeper;
import io.sluice.getter.sweep.StagingSweeper;
import io.sluice.getter.sweep.SweepSettings;
import io.sluice.handler.work.HandleSettings;
import io.sluice.handler.work.HandleTask;
import io.sluice.loader.LoadSettings;
import io.sluice.loader.LoadTask;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.SessionPool;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** One replica of every service, with what it remembers; only {@link #db} survives it. */
final class Node implements AutoCloseable {

  /** Nothing dies of being killed too often. */
  private static final StageProtocol.Settings LIMITS =
      new StageProtocol.Settings(Duration.ofMinutes(2), 10_000, Duration.ZERO);

  private static final Duration A_DECADE = Duration.ofDays(3650);

  /**
   * What all replicas share.
   *
   * @param clock of scans and windows
   * @param sweepClock of the staging sweeper
   * @param chunkBytes of the handler
   */
  record Shared(
      Supplier<Feeds> feeds,
      Staging staging,
      WorkPublisher queue,
      Path temp,
      Clock clock,
      Clock sweepClock,
      long chunkBytes) {}

  private final SessionPool sessions;
  final FaultyDataSource db;
  final Transactions transactions;
  final Sources sources = new Sources();
  final Scanner scanner;
  final Dispatcher dispatcher;
  final MessageSweeper messages;
  final StagingSweeper objects;
  final Map<Stage, StageProtocol> stages = new EnumMap<>(Stage.class);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Shared shared;
  private final HandleTask handler;

  Node(String name, DataSource database, Shared shared) {
    this.shared = shared;
    sessions = new SessionPool(database);
    db = new FaultyDataSource(sessions.dataSource());
    transactions = new Transactions(db);
    Leases leases = new Leases(transactions, name);
    LedgerPartitions partitions = new LedgerPartitions(transactions);
    FileIntake intake = new FileIntake(transactions, partitions, shared.clock, A_DECADE);
    scanner = new Scanner(leases, transactions, intake, shared.clock, meters);
    DispatchSettings d = DispatchSettings.DEFAULTS;
    dispatcher =
        new Dispatcher(
            shared.feeds,
            leases,
            transactions,
            shared.queue,
            shared.staging,
            new DispatchSettings(4, 16, 5, d.bytes(), Duration.ZERO, 4));
    messages =
        new MessageSweeper(leases, transactions, shared.queue, meters, SweepSettings.DEFAULTS);
    objects =
        new StagingSweeper(
            leases, transactions, shared.staging, shared.sweepClock, SweepSettings.DEFAULTS);
    handler = handler();
    stage(Stage.FETCH, fetcher());
    stage(Stage.HANDLE, handler);
    stage(Stage.LOAD, loader());
    stage(
        Stage.SETTLE,
        new SettleTask(shared.feeds, sources, transactions, LIMITS, Duration.ofSeconds(30)));
  }

  private void stage(Stage stage, StageTask task) {
    StageMetrics metrics = new StageMetrics(meters, stage);
    stages.put(
        stage,
        new StageProtocol(
            stage, task, transactions, shared.queue, metrics, LIMITS, Clock.systemUTC()));
  }

  private StageTask fetcher() {
    Duration pause = Duration.ofSeconds(30);
    return new FetchTask(
        shared.feeds,
        sources,
        shared.staging,
        transactions,
        new StageMetrics(meters, Stage.FETCH),
        shared.clock,
        new FetchSettings(shared.temp, pause, pause, LIMITS));
  }

  private HandleTask handler() {
    HandleSettings h = HandleSettings.defaults(shared.temp);
    return new HandleTask(
        name -> shared.feeds.get().get(name),
        new HandleLedger(transactions),
        new Catalog(transactions),
        new Dimensions(transactions),
        shared.staging,
        new StageMetrics(meters, Stage.HANDLE),
        new HandleSettings(shared.temp, shared.chunkBytes, h.blockBytes(), Duration.ZERO, 0),
        LIMITS,
        shared.clock);
  }

  private StageTask loader() {
    Duration wait = Duration.ofMillis(300);
    return new LoadTask(
        transactions,
        shared.staging,
        name -> shared.feeds.get().get(name),
        new StageMetrics(meters, Stage.LOAD),
        new LoadSettings(wait, wait, 1, Duration.ofMillis(5), 1, 100),
        shared.clock);
  }

  /** Its sessions begin anew. */
  void disconnect() throws SQLException {
    sessions.close();
  }

  @Override
  public void close() throws SQLException {
    stages.values().forEach(StageProtocol::close);
    handler.close();
    sources.close();
    disconnect();
  }
}
