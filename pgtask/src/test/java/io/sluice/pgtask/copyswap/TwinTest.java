package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.core.fate.PauseStage;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.copyswap.RandomTable.Fate;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.Consequence;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.TaskSpec;
import io.sluice.pgtask.task.UnpartitionSpec;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.JdbcCall;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tables of random shapes are rewritten while random transactions write to them and to a twin that
 * nobody rewrites, and while the rewriting sessions are killed; at the end both hold the same. A
 * seed is told with what it finds, and finds most of it again: {@code -Dsluice.test.seeds=17-17}.
 */
class TwinTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";
  private static final int WRITERS = 3;

  /** Two tables, their partitions, and nothing else. */
  private static final String LEFTOVERS =
      """
      select relname from (
        select relname, row_number() over (order by oid) as n from pg_class
        where relnamespace = 'app'::regnamespace and relkind in ('r', 'p') and not relispartition) t
      where n > 2
      union all select proname from pg_proc where pronamespace = 'app'::regnamespace
      union all select tgname from pg_trigger where not tgisinternal
      union all select conname from pg_constraint where conname like 'sluice%'
      union all select description from pg_description where description like 'Sluice%'
      """;

  /** Nobody's lock lasts, so that the rewrite gets its own after so many runs at most. */
  private static final int RUNS = 20;

  /** Statements and commits of a rewrite, about. */
  private static final int MOMENTS = 150;

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void holdsWhatItsTwinHolds(int major) throws Exception {
    seeds(major, System.getProperty("sluice.test.seeds", "1-20"));
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource(VERSIONS)
  void holdsWhatItsTwinHolds_inFiveHundredShapes(int major) throws Exception {
    seeds(major, "1-500");
  }

  private static void seeds(int major, String range) throws Exception {
    int dash = range.indexOf('-');
    int first = Integer.parseInt(range.substring(0, dash));
    int last = Integer.parseInt(range.substring(dash + 1));
    TableName[] rewritten = new TableName[1];
    RewriteOptions[] options = new RewriteOptions[1];
    try (TaskFixture db =
        new TaskFixture(major)
            .with(ConvertSpec.class, new Conversion())
            .with(UnpartitionSpec.class, new Unpartitioning())
            .with(
                MaintenanceSpec.class,
                (spec, run) -> CopySwap.rewrite(run, rewritten[0], options[0]))) {
      db.sql("create extension citext");
      for (int seed : IntStream.rangeClosed(first, last).toArray()) {
        RandomTable table = new RandomTable(new Random(seed));
        rewritten[0] =
            table.fate == Fate.PARTITION_REWRITTEN ? new TableName("app", "p0") : table.name;
        options[0] =
            new RewriteOptions(
                table.ordered ? Optional.of(table.at.name()) : Optional.empty(),
                Optional.empty(),
                8192);
        db.sql(RandomTable.types().toArray(String[]::new));
        db.sql(table.create().toArray(String[]::new));
        rewriteWhileWritten(db, table, seed);
        db.sql("drop schema app cascade");
      }
    }
  }

  private static void rewriteWhileWritten(TaskFixture db, RandomTable table, int seed)
      throws Exception {
    String context = "seed " + seed + ": " + table;
    Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    List<RandomWriter> writers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int n = 0; n < WRITERS; n++) {
      RandomWriter writer =
          new RandomWriter(db.database.newSessions(), table, seed * 31L + n, errors);
      writers.add(writer);
      threads.add(new Thread(writer, "writer-" + n));
    }
    threads.forEach(Thread::start);
    try {
      rewrite(db, table, new Random(seed), context);
      writeMore(writers, errors);
    } finally {
      writers.forEach(writer -> writer.over = true);
      for (Thread thread : threads) {
        thread.join(Duration.ofSeconds(30).toMillis());
      }
    }
    assertThat(errors).as(context).isEmpty();
    assertThat(db.texts(differences(table))).as(context).isEmpty();
    assertThat(db.texts(LEFTOVERS)).as(context).isEmpty();
  }

  /** Also of what it has become. */
  private static void writeMore(List<RandomWriter> writers, Queue<Throwable> errors) {
    List<Long> before = writers.stream().map(writer -> writer.committed.get()).toList();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                !errors.isEmpty()
                    || IntStream.range(0, WRITERS)
                        .allMatch(n -> writers.get(n).committed.get() > before.get(n) + 5));
  }

  private static void rewrite(TaskFixture db, RandomTable table, Random random, String context)
      throws SQLException {
    for (int kills = random.nextInt(4); kills > 0; kills--) {
      FaultyDataSource faulty = new FaultyDataSource(db.database.dataSource());
      faulty.before(
          JdbcCall.WORK,
          1 + random.nextInt(MOMENTS),
          random.nextBoolean() ? faulty.death() : faulty.lostConnection());
      db.wrapping(real -> faulty);
      run(db, table);
    }
    db.wrapping(real -> real);
    List<RunResult> results = new ArrayList<>();
    while (results.isEmpty() || results.get(results.size() - 1).state() != State.DONE) {
      assertThat(results.size()).as("%s%n%s", context, results).isLessThan(RUNS);
      run(db, table).ifPresent(results::add);
    }
    if (table.fate == Fate.CONVERTED || table.fate == Fate.UNPARTITIONED) {
      assertThat(
              db.texts(
                  "select relkind from pg_class where oid = $x$%s$x$::regclass"
                      .formatted(table.table())))
          .as(context)
          .containsExactly(table.fate == Fate.CONVERTED ? "p" : "r");
    }
  }

  private static Optional<RunResult> run(TaskFixture db, RandomTable table) {
    try {
      return Optional.of(db.run(TaskFixture.task("rewrite", spec(table))));
    } catch (PauseStage e) {
      return Optional.empty();
    }
  }

  private static TaskSpec spec(RandomTable table) {
    return switch (table.fate) {
      case CONVERTED ->
          new ConvertSpec(
              table.name.toString(),
              table.at.name().substring(1, table.at.name().length() - 1).replace("\"\"", "\""),
              table.wholeNumbers ? new Interval.Ids(100) : new Interval.Calendar(Interval.Unit.DAY),
              Optional.empty(),
              Optional.empty(),
              table.defaultPartition,
              100,
              8192,
              true,
              Set.of(Consequence.values()),
              false);
      case UNPARTITIONED -> new UnpartitionSpec(table.name.toString(), 8192, true);
      default ->
          new MaintenanceSpec(
              List.of(),
              List.of(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty());
    };
  }

  /** Byte by byte, because what is equal need not be the same. */
  private static String differences(RandomTable table) {
    String rows =
        "select encode(record_send(x), 'hex') as bytes, x::text from (select %s from %s) as x";
    String ours = rows.formatted(table.everything(), table.table());
    String theirs = rows.formatted(table.everything(), RandomTable.twin());
    return """
    select 'table ' || x from (%1$s except all %2$s) as a (bytes, x)
    union all
    select 'twin ' || x from (%2$s except all %1$s) as b (bytes, x)\
    """
        .formatted(ours, theirs);
  }
}
