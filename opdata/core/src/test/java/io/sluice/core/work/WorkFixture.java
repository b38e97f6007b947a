package io.sluice.core.work;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.ledger.FileIntake;
import io.sluice.core.ledger.FoundFile;
import io.sluice.core.ledger.HandleLedger;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.testkit.EmbeddedDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A database with the ledger in it, and short ways to take files through the stages. */
public final class WorkFixture {

  public static final Instant NOW = Instant.parse("2026-03-10T10:00:00Z");

  public final EmbeddedDatabase.Database database =
      EmbeddedDatabase.shared().createDatabase("ledger", LedgerSchema::migrate);
  public final Transactions transactions = new Transactions(database.dataSource());
  public final LedgerPartitions partitions = new LedgerPartitions(transactions);
  public final FileIntake intake =
      new FileIntake(
          transactions, partitions, Clock.fixed(NOW, ZoneOffset.UTC), Duration.ofDays(30));
  public final HandleLedger handling = new HandleLedger(transactions);
  public final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  public final List<WorkMessage> published = new CopyOnWriteArrayList<>();
  public final List<WorkPublisher.Failure> dead = new ArrayList<>();

  public final WorkPublisher publisher =
      new WorkPublisher() {
        @Override
        public void publish(Collection<WorkMessage> messages) {
          published.addAll(messages);
        }

        @Override
        public void publishDead(WorkMessage message, Failure failure) {
          dead.add(failure);
        }

        @Override
        public long depth(String queue) {
          return 0;
        }
      };

  /** A stage that does what the task says. */
  public StageProtocol stage(Stage stage, StageTask task) {
    return stage(stage, task, transactions);
  }

  public StageProtocol stage(Stage stage, StageTask task, Transactions with) {
    return new StageProtocol(
        stage,
        task,
        with,
        publisher,
        new StageMetrics(registry, stage),
        StageProtocol.Settings.DEFAULTS,
        Clock.systemUTC());
  }

  /** Files that wait to be fetched; all of feed {@code f}. */
  public List<Long> found(String... paths) {
    return Arrays.stream(paths).map(path -> found(path, NOW)).toList();
  }

  public long found(String path, Instant mtime) {
    FoundFile file = new FoundFile("ems1", path, 100, mtime, null);
    intake.offer("f", List.of(file), f -> false, false);
    return number(
        "select max(id) from sluice.file where path = ? and mtime = ?::timestamptz",
        path,
        mtime.toString());
  }

  /** Cuts all files that wait at a stage into one batch. */
  public WorkMessage cut(Stage stage) {
    return cut(stage, false);
  }

  private WorkMessage cut(Stage stage, boolean bulk) {
    return transactions.ledger(
        c -> {
          List<Waiting> files = Work.waiting(c, stage, bulk, List.of("f"), List.of(), 1000);
          return Batches.cut(c, stage, bulk, List.of(new Batches.Cut("f", files))).get(0);
        });
  }

  /** Replays a closed file; returns the message for the handler. */
  public WorkMessage replay(long id) {
    transactions.ledger(c -> Work.again(c, List.of(id), true, 0));
    return cut(Stage.HANDLE, true);
  }

  /** Fetches all files that wait for it, as one batch; returns the message for the handler. */
  public WorkMessage fetch() {
    stage(Stage.FETCH, this::fetch).work(cut(Stage.FETCH), false);
    return published.remove(published.size() - 1);
  }

  public StageTask.Result fetch(Claim claim) {
    return transactions.ledger(
        c -> {
          Batches.lock(c, claim);
          List<Work.Fetched> fetched = new ArrayList<>();
          for (BatchFile file : claim.files()) {
            Checksum checksum =
                Checksum.of(
                    ("sum of " + file.path()).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            RawPlace raw = new RawPlace(claim.token(), 100L * fetched.size());
            fetched.add(new Work.Fetched(file.id(), checksum, raw));
          }
          Work.fetched(c, fetched);
          return done(claim, Batches.advance(c, claim, Stage.HANDLE).stream().toList());
        });
  }

  /** Handles a batch: 10 cells a file, of which 7 are to load, 1 collapses and 2 are rejected. */
  public HandleLedger.Recorded handle(WorkMessage message, boolean append) {
    List<HandleLedger.Recorded> recorded = new ArrayList<>();
    stage(
            Stage.HANDLE,
            claim -> {
              recorded.add(handle(claim, append));
              return done(claim, recorded.get(0).next().stream().toList());
            })
        .work(message, false);
    return recorded.get(0);
  }

  public HandleLedger.Recorded handle(Claim claim, boolean append) {
    return handling.record(
        claim,
        new HandleLedger.Handling(
            claim.files().stream().map(f -> handled(f.id())).toList(),
            List.of(),
            List.of(),
            List.of(),
            1),
        append);
  }

  public static HandledFile handled(long id) {
    return new HandledFile(id, "cell", 10, 1, 2, 0, "gnb1", NOW, NOW, null);
  }

  /** Loads a batch into a table of the ledger's. */
  public void load(WorkMessage message, int tableId) {
    stage(
            Stage.LOAD,
            claim ->
                transactions.durable(
                    c -> {
                      List<Long> mine = List.copyOf(Batches.lock(c, claim));
                      Work.addLoaded(
                          c,
                          mine.stream()
                              .map(
                                  id ->
                                      new LoadedFile(id, 7, 0, 0, 0, java.util.Map.of(tableId, 1L)))
                              .toList());
                      FileCloser.finishLoaded(c, mine);
                      Batches.end(c, claim);
                      return done(claim, List.of());
                    }))
        .work(message, false);
  }

  public static StageTask.Result done(Claim claim, List<WorkMessage> next) {
    Map<Long, Outcome> outcomes = new HashMap<>();
    claim.files().forEach(file -> outcomes.put(file.id(), Outcome.DONE));
    return new StageTask.Result(outcomes, next);
  }

  /** Takes files of these paths to their end. */
  public List<Long> loaded(boolean append, String... paths) {
    List<Long> ids = found(paths);
    load(handle(fetch(), append).next().orElseThrow(), 1);
    return ids;
  }

  public String state(long id) {
    return text("select state from sluice.file_status where id = ?", id);
  }

  /** Stage, state and attempts of a file in flight. */
  public String work(long id) {
    return text(
        "select stage || ' ' || state || ' ' || attempts from sluice.work where file_id = ?", id);
  }

  public double counted(String metric, String... tags) {
    return registry.find(metric).tags(tags).counters().stream().mapToDouble(c -> c.count()).sum();
  }

  public void execute(String sql) {
    transactions.ledger(
        c -> {
          Sql.execute(c, sql);
          return null;
        });
  }

  public long number(String sql, Object... values) {
    return transactions.ledger(c -> Sql.one(c, sql, row -> row.getLong(1), values));
  }

  public String text(String sql, Object... values) {
    return transactions
        .ledger(c -> Sql.first(c, sql, row -> row.getString(1), values))
        .orElse(null);
  }

  public List<String> column(String sql) {
    return transactions.ledger(c -> Sql.list(c, sql, row -> row.getString(1)));
  }

  /** Every file's counts add up. */
  public boolean exact() {
    return number("select count(*) from sluice.reconciliation where not exact") == 0;
  }
}
