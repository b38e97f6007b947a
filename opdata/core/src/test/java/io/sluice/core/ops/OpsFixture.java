package io.sluice.core.ops;

import io.sluice.core.ledger.FileCloser;
import io.sluice.core.ledger.FileIntake;
import io.sluice.core.ledger.FoundFile;
import io.sluice.core.ledger.HandleClaim;
import io.sluice.core.ledger.HandleLedger;
import io.sluice.core.ledger.HandledFile;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.message.Stage;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.RawIdentity;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.Stagings;
import io.sluice.testkit.EmbeddedDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** A ledger and a staging directory, and short ways to bring files into every state. */
final class OpsFixture {

  final Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);

  final EmbeddedDatabase.Database database = EmbeddedDatabase.shared().createDatabase();
  final Transactions transactions = new Transactions(database.dataSource());
  final LedgerPartitions partitions = new LedgerPartitions(transactions);
  final HandleLedger handling = new HandleLedger(transactions, Duration.ofMinutes(2));
  final FileQuery files = new FileQuery(transactions);
  final Staging staging;

  OpsFixture(Path directory) {
    LedgerSchema.migrate(database.dataSource());
    try {
      staging = Stagings.open(StagingSettings.of(directory.toUri()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file that waits for its fetch. */
  long found(String feed, String path) {
    FoundFile file = new FoundFile("ems1", path, 100, now, now.minusSeconds(900));
    new FileIntake(transactions, partitions, Clock.systemUTC(), Duration.ofDays(30))
        .offer(feed, List.of(file), f -> false, false);
    return number("select max(id) from sluice.file where path = '" + path + "'");
  }

  /** A file whose bytes are staged and which is queued for the handler. */
  long fetched(String feed, String path) {
    long id = found(feed, path);
    stage(id);
    execute("update sluice.work set stage = 'handle', state = 'queued' where file_id = " + id);
    return id;
  }

  /** A file of 10 cells: 7 to load, 1 collapsed, 2 rejected. */
  long handled(String feed, String path) {
    long id = fetched(feed, path);
    handle(id);
    return id;
  }

  void handle(long id) {
    HandleClaim claim = handling.claim(id, false).orElseThrow();
    HandledFile made = new HandledFile(1, "cell", 10, 1, 2, 0, "gnb1", now, now);
    handling.record(claim, made, false);
  }

  long loaded(String feed, String path) {
    long id = handled(feed, path);
    load(id);
    return id;
  }

  void load(long id) {
    execute("update sluice.work set loaded = 7, rows = 7, tables = '{1}' where file_id = " + id);
    transactions.durable(c -> FileCloser.finishLoaded(c, List.of(id)));
  }

  /** A reject of the file's first handling. */
  void rejects(long id, String reason, Integer line, int cells) {
    execute(
        "insert into sluice.reject (day, file_id, handling, reason, line, cells, message)"
            + " values (sluice.day_of(%d), %d, 1, '%s', %s, %d, 'what it said')"
                .formatted(id, id, reason, line, cells));
  }

  /** A file whose only chunk died. */
  long dead(String feed, String path) {
    long id = handled(feed, path);
    execute(
        "update sluice.work set dead = 7 where file_id = %d".formatted(id),
        "insert into sluice.dead (file_id, stage, handling, chunk, attempts, reason, error)"
            + " values (%d, 'load', 1, 0, 5, 'unknown', 'boom')".formatted(id));
    transactions.durable(
        c -> FileCloser.close(c, id, FileCloser.End.DEAD, Stage.LOAD, "unknown: boom", null));
    return id;
  }

  long parked(String feed, String path, String reason) {
    long id = fetched(feed, path);
    handling.park(handling.claim(id, false).orElseThrow(), reason);
    return id;
  }

  String rawKey(long id) {
    FileRow file = file(id);
    return StagingKeys.raw(file.feed(), file.foundAt(), id);
  }

  /** Stages bytes and identity, as the getter does. */
  RawIdentity stage(long id) {
    FileRow file = file(id);
    RawIdentity identity =
        new RawIdentity(
            id,
            file.feed(),
            file.host(),
            file.path(),
            file.size(),
            file.mtime(),
            file.foundAt(),
            "0102",
            null,
            false,
            true,
            false);
    put(identity);
    return identity;
  }

  void put(RawIdentity identity) {
    try {
      byte[] bytes = identity.path().getBytes(StandardCharsets.UTF_8);
      staging.put(identity.rawKey(), new ByteArrayInputStream(bytes));
      identity.write(staging);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String read(String key) {
    try (var in = staging.open(key)) {
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
