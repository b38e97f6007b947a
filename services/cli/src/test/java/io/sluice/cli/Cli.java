package io.sluice.cli;

import io.sluice.core.ledger.FileIntake;
import io.sluice.core.ledger.FoundFile;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.message.Stage;
import io.sluice.core.sql.Transactions;
import io.sluice.core.work.FileCloser;
import io.sluice.testkit.EmbeddedDatabase;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs the command as a person would, and brings files into the states it is about. */
final class Cli {

  /** What a run printed, and how it ended. */
  record Run(int code, String out, String err) {
    List<String> lines() {
      return out.lines().toList();
    }
  }

  final EmbeddedDatabase.Database database;
  final Transactions transactions;
  final Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
  final Map<String, String> environment = new HashMap<>();
  int columns = Integer.MAX_VALUE;
  boolean interactive;
  String input = "";

  Cli(Path home) {
    this(home, EmbeddedDatabase.shared());
  }

  Cli(Path home, EmbeddedDatabase server) {
    database = server.createDatabase("ledger", LedgerSchema::migrate);
    transactions = new Transactions(database.dataSource());
    environment.put("HOME", home.toString());
    environment.put("SLUICE_DATABASE_URL", database.jdbcUrl());
    environment.put("SLUICE_DATABASE_USER", database.user());
    environment.put("SLUICE_DATABASE_PASSWORD", database.password());
    environment.put("SLUICE_STAGING", home.resolve("staging").toString());
    environment.put("SLUICE_FEEDS", home.resolve("feeds").toString());
  }

  Run run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Terminal terminal =
        new Terminal(
            new BufferedReader(new StringReader(input)),
            new PrintWriter(out),
            new PrintWriter(err),
            columns,
            interactive,
            environment,
            Clock.systemUTC(),
            ZoneId.of("Europe/Berlin"));
    int code = Main.execute(terminal, args);
    terminal.out().flush();
    terminal.err().flush();
    return new Run(code, out.toString(), err.toString());
  }

  long found(String feed, String path) {
    FoundFile file = new FoundFile("ems1", path, 100, now, now);
    new FileIntake(
            transactions,
            new LedgerPartitions(transactions),
            Clock.systemUTC(),
            Duration.ofDays(30))
        .offer(feed, List.of(file), f -> false, false);
    return number("select max(id) from sluice.file where path = '" + path + "'");
  }

  /** A file that was handled, in a batch of its own that waits for the loader. */
  long handled(String feed, String path) {
    long id = found(feed, path);
    execute(
        "insert into sluice.batch (id, feed, bulk, stage, files, bytes) values (%d, '%s', false, 'load', 1, 100)"
            .formatted(id, feed));
    execute(
        """
        update sluice.work set stage = 'load', state = 'queued', batch = file_id, handling = 1, read = 1000, collapsed = 1,
               rejected = 2, element = 'gnb1', first_time = '%s', last_time = '%s' where file_id = %d
        """
            .formatted(now, now, id));
    return id;
  }

  long loaded(String feed, String path) {
    long id = handled(feed, path);
    execute("update sluice.work set loaded = 997, rows = 40 where file_id = " + id);
    return close(id, FileCloser.End.LOADED, null);
  }

  long dead(String feed, String path) {
    long id = handled(feed, path);
    execute("update sluice.work set dead = 997 where file_id = " + id);
    execute(
        "insert into sluice.dead (file_id, stage, handling, attempts, reason, error)"
            + " values (%d, 'load', 1, 5, 'unknown', 'it went boom')".formatted(id));
    return close(id, FileCloser.End.DEAD, "unknown");
  }

  private long close(long id, FileCloser.End end, String reason) {
    transactions.durable(
        c -> {
          FileCloser.close(c, id, end, Stage.LOAD, reason, null);
          return null;
        });
    execute("delete from sluice.batch where id = " + id);
    return id;
  }

  long parked(String feed, String path, String reason) {
    long id = found(feed, path);
    execute(
        "update sluice.work set stage = 'handle', state = 'parked', reason = '%s' where file_id = %d"
            .formatted(reason, id));
    return id;
  }

  String work(long id) {
    return text("select stage || ' ' || state from sluice.work where file_id = " + id);
  }

  void execute(String sql) {
    transactions.ledger(
        c -> {
          try (Statement statement = c.createStatement()) {
            return statement.execute(sql);
          }
        });
  }

  long number(String sql) {
    return Long.parseLong(text(sql));
  }

  String text(String sql) {
    return transactions.ledger(
        c -> {
          try (Statement statement = c.createStatement();
              ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "none";
          }
        });
  }
}
