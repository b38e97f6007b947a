package io.sluice.bench;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.bench.ConvertCrowd.Latency;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.embedded.EmbeddedPostgres;
import io.sluice.pgtask.copyswap.Conversion;
import io.sluice.pgtask.run.RunHistory;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.TaskMetrics;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.task.Consequence;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code convert-bench}: a large plain table becomes partitioned while it is used. */
@Command(
    name = "convert-bench",
    mixinStandardHelpOptions = true,
    description =
        "Turns a large plain table into a partitioned one while a loader appends and readers count.")
final class ConvertBench implements Callable<Integer> {
  private static final String DATABASE = "convert";
  private static final int DAYS = 50;
  private static final long FILL = 500_000;

  @Option(names = "--rows", description = "Of the table. Default: ${DEFAULT-VALUE}.")
  private long rows = 50_000_000;

  @Option(
      names = "--rate",
      description = "Rows a second the loader appends. Default: ${DEFAULT-VALUE}.")
  private int rate = 5_000;

  @Option(names = "--dir", required = true, description = "An empty directory for all data.")
  private Path directory = Path.of("target/convert-bench");

  private record Sums(long count, long ids, long values) {}

  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Runs the command; 0 if everything is right, 1 if something differs, 2 if it could not run. */
  static int execute(String... args) {
    return new CommandLine(new ConvertBench())
        .setExecutionExceptionHandler(
            (failure, line, result) -> {
              line.getErr().println("convert-bench: " + failure.getMessage());
              return 2;
            })
        .execute(args);
  }

  @Override
  public Integer call() throws IOException, SQLException, InterruptedException {
    Files.createDirectories(directory);
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.startPersistent(directory.resolve("postgres"), 0)) {
      postgres.createDatabase(DATABASE);
      DataSource database = postgres.dataSource(DATABASE);
      LedgerSchema.migrate(database);
      fill(database);
      return convert(database) ? 0 : 1;
    }
  }

  private void fill(DataSource database) throws SQLException {
    say("filling a plain table with %,d rows of %d days", rows, DAYS);
    execute(database, "create schema app");
    execute(
        database,
        "create table app.event (id bigint not null, ts timestamptz not null, element int not null, value bigint not null, note text)");
    for (long done = 0; done < rows; done += FILL) {
      execute(
          database,
          """
          insert into app.event
          select g, timestamptz '2026-10-01' + (g::float8 * %d / %d) * interval '1 second', g %% 10007, g %% 1000003, 'event ' || g
          from generate_series(%d, %d) g\
          """
              .formatted(
                  Duration.ofDays(DAYS).toSeconds(), rows, done + 1, Math.min(done + FILL, rows)));
    }
    execute(database, "alter table app.event add primary key (id)");
    execute(database, "create index event_element on app.event (element, ts)");
    execute(database, "vacuum analyze app.event");
    execute(database, "checkpoint");
  }

  private boolean convert(DataSource database) throws SQLException, InterruptedException {
    Sums before = sums(database, "app.event");
    say("converting %,d rows, %s", before.count, size(database));
    RunResult result;
    Duration took;
    ConvertCrowd crowd = new ConvertCrowd(database, before.count, rate);
    try (crowd) {
      crowd.start();
      long begun = System.nanoTime();
      result = run(database);
      took = Duration.ofNanos(System.nanoTime() - begun);
      crowd.countOnceMore();
    }
    Sums after = sums(database, "app.event");
    Sums expected =
        new Sums(
            before.count + crowd.rows(), before.ids + crowd.ids(), before.values + crowd.values());
    report(result, took, crowd, before);
    say(
        "partitions: %d",
        number(
            database, "select count(*) from pg_inherits where inhparent = 'app.event'::regclass"));
    boolean right =
        after.equals(expected) && crowd.errors().isEmpty() && result.problems().isEmpty();
    say(
        "rows and sums: %s, expected %s: %s",
        after, expected, after.equals(expected) ? "equal" : "DIFFERENT");
    say(right ? "PASS" : "FAIL");
    return right;
  }

  private void report(RunResult result, Duration took, ConvertCrowd crowd, Sums before) {
    say("state %s, %s", result.state(), result.values());
    result.notes().forEach(note -> say("note: %s", note));
    result.problems().forEach(problem -> say("problem: %s", problem));
    say(
        "duration %.1f s, %,.0f rows/s",
        took.toMillis() / 1000.0, before.count * 1000.0 / Math.max(1, took.toMillis()));
    say("loader: %,d commits of %,d rows", crowd.commits(), crowd.rows());
    say("reader: %,d counts, all between what was committed before and after", crowd.counts());
    say("errors: %d %s", crowd.errors().size(), crowd.errors());
    show("loader's commit", crowd.loading());
    show("reader's query by key", crowd.looking());
    show("reader's count", crowd.counting());
  }

  private static void show(String what, Latency latency) {
    say("%s: median %d ms, longest %d ms", what, latency.median(), latency.longest());
  }

  private static RunResult run(DataSource database) {
    TaskRunner runner =
        new TaskRunner(
            name -> database,
            new RunHistory(new Transactions(database), Duration.ofMinutes(1)),
            new TaskMetrics(new SimpleMeterRegistry()),
            Clock.systemUTC(),
            "bench",
            Duration.ofSeconds(5));
    try (runner) {
      runner.with(ConvertSpec.class, new Conversion());
      return runner.run(task(), "bench").orElseThrow();
    }
  }

  private static Task task() {
    ConvertSpec spec =
        new ConvertSpec(
            "app.event",
            "ts",
            new Interval.Calendar(Interval.Unit.DAY),
            Optional.empty(),
            Optional.empty(),
            false,
            2_000,
            64 << 20,
            true,
            Set.of(Consequence.values()),
            false);
    Limits limits =
        new Limits(2, Duration.ofSeconds(2), Duration.ofHours(4), 20, Duration.ofMillis(500));
    return new Task(
        "convert",
        "",
        DatabaseSpec.WAREHOUSE,
        ZoneOffset.UTC,
        Optional.empty(),
        List.of(),
        limits,
        spec);
  }

  private static Sums sums(DataSource database, String table) throws SQLException {
    try (Connection connection = database.getConnection()) {
      return Sql.one(
          connection,
          "select count(*), sum(id)::bigint, sum(value)::bigint from " + table,
          row -> new Sums(row.getLong(1), row.getLong(2), row.getLong(3)));
    }
  }

  private static String size(DataSource database) throws SQLException {
    long bytes = number(database, "select pg_total_relation_size('app.event')");
    return String.format(Locale.ROOT, "%.1f GB", bytes / (double) (1L << 30));
  }

  private static long number(DataSource database, String sql) throws SQLException {
    try (Connection connection = database.getConnection()) {
      return Sql.number(connection, sql);
    }
  }

  private static void execute(DataSource database, String sql) throws SQLException {
    try (Connection connection = database.getConnection()) {
      Sql.execute(connection, sql);
    }
  }

  private static void say(String format, Object... arguments) {
    System.out.println(String.format(Locale.ROOT, format, arguments));
  }
}
