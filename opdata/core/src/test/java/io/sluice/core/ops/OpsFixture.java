package io.sluice.core.ops;

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
import io.sluice.core.staging.PackWriter;
import io.sluice.core.staging.Packs;
import io.sluice.core.staging.RawIdentity;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.Stagings;
import io.sluice.core.work.Batches;
import io.sluice.core.work.Claim;
import io.sluice.core.work.DeadFile;
import io.sluice.core.work.FileCloser;
import io.sluice.core.work.HandledFile;
import io.sluice.core.work.Leaving;
import io.sluice.core.work.LoadedFile;
import io.sluice.core.work.StageProtocol;
import io.sluice.core.work.StageTask;
import io.sluice.core.work.Waiting;
import io.sluice.core.work.Work;
import io.sluice.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** A ledger and a staging directory, and short ways to bring files into every state. */
final class OpsFixture {

  final Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);

  final EmbeddedDatabase.Database database =
      EmbeddedDatabase.shared().createDatabase("ledger", LedgerSchema::migrate);
  final Transactions transactions = new Transactions(database.dataSource());
  final LedgerPartitions partitions = new LedgerPartitions(transactions);
  final HandleLedger handling = new HandleLedger(transactions);
  final FileQuery files = new FileQuery(transactions);
  final Staging staging;

  private static final WorkPublisher NO_BROKER =
      new WorkPublisher() {
        @Override
        public void publish(Collection<WorkMessage> messages) {}

        @Override
        public void publishDead(WorkMessage message, Failure failure) {}

        @Override
        public long depth(String queue) {
          return 0;
        }
      };

  OpsFixture(Path directory) {
    try {
      staging = Stagings.open(StagingSettings.of(directory.toUri()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file that waits for its fetch. */
  long found(String feed, String path) {
    FoundFile file = new FoundFile("ems1", path, path.length(), now, now.minusSeconds(900));
    new FileIntake(transactions, partitions, Clock.systemUTC(), Duration.ofDays(30))
        .offer(feed, List.of(file), f -> false, false);
    return number("select max(id) from sluice.file where path = '" + path + "'");
  }

  /** A file whose bytes are staged and which waits for the handler. */
  long fetched(String feed, String path) {
    long id = found(feed, path);
    stage(id);
    execute("update sluice.work set stage = 'handle' where file_id = " + id);
    return id;
  }

  /** A file of 10 cells: 7 to load, 1 collapsed, 2 rejected. */
  long handled(String feed, String path) {
    long id = fetched(feed, path);
    handle(id);
    return id;
  }

  void handle(long id) {
    HandledFile made = new HandledFile(id, "cell", 10, 1, 2, 0, "gnb1", now, now, null);
    work(
        Stage.HANDLE,
        id,
        claim ->
            handling.record(
                claim,
                new HandleLedger.Handling(List.of(made), List.of(), List.of(), List.of(), 1),
                false));
  }

  /** Cuts a batch of one file that waits, and lets a stage work on it. */
  void work(Stage stage, long id, Consumer<Claim> task) {
    String feed = text("select feed from sluice.work where file_id = " + id);
    WorkMessage message =
        transactions.ledger(
            c -> {
              List<Waiting> files =
                  new ArrayList<>(Work.waiting(c, stage, false, List.of(feed), List.of(), 1_000));
              files.addAll(Work.waiting(c, stage, true, List.of(feed), List.of(), 1_000));
              files.removeIf(file -> file.fileId() != id);
              return Batches.cut(c, stage, false, List.of(new Batches.Cut(feed, files))).get(0);
            });
    work(message, task);
  }

  private void work(WorkMessage message, Consumer<Claim> task) {
    new StageProtocol(
            message.stage(),
            claim -> {
              task.accept(claim);
              return new StageTask.Result(Map.of(), List.of());
            },
            transactions,
            NO_BROKER,
            new StageMetrics(new SimpleMeterRegistry(), message.stage()),
            StageProtocol.Settings.DEFAULTS,
            Clock.systemUTC())
        .work(message, false);
  }

  long loaded(String feed, String path) {
    long id = handled(feed, path);
    load(id);
    return id;
  }

  void load(long id) {
    long batch = number("select batch from sluice.work where file_id = " + id);
    work(
        new WorkMessage(Stage.LOAD, "f", batch, false),
        claim ->
            transactions.durable(
                c -> {
                  Batches.lock(c, claim);
                  HandleLedger.forgetEarlier(c, claim.files());
                  Work.addLoaded(c, List.of(new LoadedFile(id, 7, 0, 0, 0, Map.of(1, 7L))));
                  FileCloser.finishLoaded(c, List.of(id));
                  return Batches.end(c, claim);
                }));
  }

  /** A reject of the file's first handling. */
  void rejects(long id, String reason, Integer line, int cells) {
    execute(
        "insert into sluice.reject (day, file_id, handling, reason, line, cells, message)"
            + " values (sluice.day_of(%d), %d, 1, '%s', %s, %d, 'what it said')"
                .formatted(id, id, reason, line, cells));
  }

  /** A file that failed at the limit while it was loaded. */
  long dead(String feed, String path) {
    long id = handled(feed, path);
    long batch = number("select batch from sluice.work where file_id = " + id);
    work(
        new WorkMessage(Stage.LOAD, feed, batch, false),
        claim ->
            transactions.durable(
                c -> {
                  Batches.lock(c, claim);
                  DeadFile.close(
                      c, claim, List.of(new DeadFile(claim.files().get(0), "unknown", "boom")));
                  return Batches.end(c, claim);
                }));
    return id;
  }

  long parked(String feed, String path, String reason) {
    long id = fetched(feed, path);
    work(
        Stage.HANDLE,
        id,
        claim ->
            transactions.ledger(
                c -> {
                  Batches.lock(c, claim);
                  Work.leave(c, List.of(Leaving.parked(claim, claim.files().get(0), reason)));
                  return Batches.end(c, claim);
                }));
    return id;
  }

  String rawKey(long id) {
    return text(
        "select feed || ' ' || pack from sluice.file_status where id = " + id,
        row -> StagingKeys.raw(row[0], Long.parseLong(row[1])));
  }

  private String text(String sql, Function<String[], String> key) {
    return key.apply(text(sql).split(" ", 2));
  }

  /** Stages the file in a pack of its own, as the getter does. */
  RawIdentity stage(long id) {
    FileRow file = file(id);
    long token = number("select sluice.new_token()");
    byte[] bytes = file.path().getBytes(StandardCharsets.UTF_8);
    RawIdentity identity =
        new RawIdentity(
            id,
            file.host(),
            file.path(),
            bytes.length,
            file.mtime(),
            "0102",
            null,
            false,
            true,
            false,
            0);
    try (PackWriter pack = new PackWriter(staging, file.feed(), token)) {
      pack.write(bytes, 0, bytes.length);
      pack.add(identity);
      pack.commit();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String raw = "pack = %d, pack_offset = 0, size = %d".formatted(token, bytes.length);
    execute(
        "update sluice.work set " + raw + " where file_id = " + id,
        "update sluice.file set " + raw + " where id = " + id);
    return identity;
  }

  String read(long id) {
    FileRow file = file(id);
    try (InputStream in = Packs.open(staging, rawKey(id), 0, file.size())) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void unstage(long id) {
    try {
      staging.delete(List.of(rawKey(id)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  FileRow file(long id) {
    return files.find(FileFilter.of(List.of(id)), 1).get(0);
  }

  String state(long id) {
    return file(id).state();
  }

  /** Stage, state and attempts of the work on a file. */
  String work(long id) {
    return text("select stage || ' ' || state from sluice.work where file_id = " + id);
  }

  boolean allExact() {
    return number("select count(*) from sluice.reconciliation where not exact") == 0;
  }

  void execute(String... statements) {
    transactions.ledger(
        c -> {
          for (String sql : statements) {
            Sql.update(c, sql);
          }
          return null;
        });
  }

  long number(String sql) {
    return transactions.ledger(c -> Sql.list(c, sql, row -> row.getLong(1))).get(0);
  }

  String text(String sql) {
    return transactions.ledger(c -> Sql.list(c, sql, row -> row.getString(1))).stream()
        .findFirst()
        .orElse(null);
  }
}
