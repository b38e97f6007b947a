package io.sluice.bench;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.catalog.Catalog;
import io.sluice.core.catalog.Dimensions;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedParser;
import io.sluice.core.ledger.HandleLedger;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.Stagings;
import io.sluice.core.work.Batches;
import io.sluice.core.work.StageProtocol;
import io.sluice.core.work.Waiting;
import io.sluice.core.work.Work;
import io.sluice.handler.work.HandleSettings;
import io.sluice.handler.work.HandleTask;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The handler in a JVM of its own, which this program is: it handles what waits for it in the
 * ledger, one file after the other, and prints how many milliseconds that took, and how many of the
 * processors' the whole program.
 */
final class HandlerAlone {
  static final String URL = "BENCH_URL";
  static final String USER = "BENCH_USER";
  static final String PASSWORD = "BENCH_PASSWORD";
  static final String STAGING = "BENCH_STAGING";
  static final String FEED = "BENCH_FEED";
  private static final int FILES = 100_000;

  private HandlerAlone() {}

  /** The loader is not part of this. */
  private static final class Nobody implements WorkPublisher {
    @Override
    public void publish(Collection<WorkMessage> messages) {}

    @Override
    public void publishDead(WorkMessage message, Failure failure) {
      throw new IllegalStateException("a file died: " + failure.error());
    }

    @Override
    public long depth(String queue) {
      return 0;
    }
  }

  public static void main(String[] args) throws IOException, SQLException {
    Map<String, String> told = System.getenv();
    PGSimpleDataSource database = new PGSimpleDataSource();
    database.setUrl(told.get(URL));
    database.setUser(told.get(USER));
    database.setPassword(told.get(PASSWORD));
    Feed feed = FeedParser.parse(Path.of(told.get(FEED))).feed().orElseThrow();
    StagingSettings staging = StagingSettings.of(URI.create(told.get(STAGING)));
    Transactions transactions = new Transactions(database);
    try (Staging open = Stagings.open(staging);
        HandleTask task = task(transactions, open, feed);
        StageProtocol stage = stage(transactions, task)) {
      long started = System.nanoTime();
      for (WorkMessage message : cut(transactions, feed)) {
        stage.work(message, false);
      }
      long took = (System.nanoTime() - started) / 1_000_000;
      System.out.println(took + " " + processorMillis());
    }
  }

  /** Each file in a batch of its own. */
  private static List<WorkMessage> cut(Transactions transactions, Feed feed) {
    return transactions.ledger(
        c -> {
          List<Waiting> files =
              Work.waiting(c, Stage.HANDLE, false, List.of(feed.name()), List.of(), FILES);
          List<Batches.Cut> cuts =
              files.stream().map(file -> new Batches.Cut(feed.name(), List.of(file))).toList();
          return Batches.cut(c, Stage.HANDLE, false, cuts);
        });
  }

  private static StageProtocol stage(Transactions transactions, HandleTask task) {
    return new StageProtocol(
        Stage.HANDLE,
        task,
        transactions,
        new Nobody(),
        new StageMetrics(new SimpleMeterRegistry(), Stage.HANDLE),
        StageProtocol.Settings.DEFAULTS,
        Clock.systemUTC());
  }

  private static HandleTask task(Transactions transactions, Staging staging, Feed feed) {
    return new HandleTask(
        name -> Optional.of(feed),
        new HandleLedger(transactions),
        new Catalog(transactions),
        new Dimensions(transactions),
        staging,
        new StageMetrics(new SimpleMeterRegistry(), Stage.HANDLE),
        HandleSettings.defaults(Path.of(System.getProperty("java.io.tmpdir"))),
        StageProtocol.Settings.DEFAULTS,
        Clock.systemUTC());
  }

  private static long processorMillis() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime()
        / 1_000_000;
  }
}
