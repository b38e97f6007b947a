package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.core.fate.PauseStage;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.testkit.EmbeddedDatabase;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.JdbcCall;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A table with a foreign key is converted, by runs that are killed, while others write to it, to a
 * twin that nobody converts, and to what both refer to. What the twin refuses the table refuses,
 * and nothing else is refused to anybody.
 */
class BusyForeignKeyTest {

  private static final int WRITERS = 3;
  private static final int BUCKETS = 6;
  private static final int ROWS = 50;

  /** Statements and commits of a conversion, about. */
  private static final int MOMENTS = 260;

  static Stream<Arguments> all() {
    return EmbeddedDatabase.versions().stream()
        .flatMap(
            version ->
                Stream.of("", "on delete cascade", "on delete set null on update cascade")
                    .map(action -> Arguments.of(version, action)));
  }

  private static Task task() {
    return TaskFixture.task(
        "convert", ConversionTest.spec("app.t", "at", Optional.empty(), false, false));
  }

  @ParameterizedTest
  @MethodSource("all")
  void holdsForAll_andHoldsNobodyUp(int major, String action) throws Exception {
    try (TaskFixture db = new TaskFixture(major).with(ConvertSpec.class, new Conversion())) {
      db.sql(
          "create schema app",
          "create table app.of (id int primary key)",
          "insert into app.of select generate_series(0, %d)".formatted(BUCKETS * ROWS - 1));
      for (String table : List.of("app.t", "app.twin")) {
        db.sql(
            "create table %s (key bigint primary key, at timestamptz not null, o int references app.of %s)"
                .formatted(table, action),
            "insert into %s select id, timestamptz '2026-11-15' + id * interval '1 hour', id from app.of"
                .formatted(table));
      }
      Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
      List<Writer> writers = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int n = 0; n < WRITERS; n++) {
        writers.add(new Writer(db.database.newSessions(), new Random(n), errors));
        threads.add(new Thread(writers.get(n), "writer-" + n));
      }
      threads.forEach(Thread::start);
      try {
        convert(db, new Random(action.length()));
        awaitMore(writers, errors);
      } finally {
        writers.forEach(writer -> writer.over = true);
        for (Thread thread : threads) {
          thread.join(Duration.ofSeconds(30).toMillis());
        }
      }
      assertThat(errors).isEmpty();
      assertThat(
              db.texts(
                  "(select * from app.t except all select * from app.twin) union all (select * from app.twin except all select * from app.t)"))
          .isEmpty();
      assertThat(
              db.texts(
                  "select conrelid::regclass || ' ' || convalidated from pg_constraint where contype = 'f' and conparentid = 0 and connamespace = 'app'::regnamespace order by 1"))
          .containsExactly("app.t true", "app.twin true");
      assertThat(ConversionTest.leftovers(db)).isEmpty();
    }
  }

  private static void convert(TaskFixture db, Random random) {
    for (int kills = 0; kills < 3; kills++) {
      FaultyDataSource faulty = new FaultyDataSource(db.database.dataSource());
      faulty.before(JdbcCall.WORK, 1 + random.nextInt(MOMENTS), faulty.death());
      db.wrapping(real -> faulty);
      run(db);
    }
    db.wrapping(real -> real);
    List<RunResult> results = new ArrayList<>();
    while (results.isEmpty() || results.get(results.size() - 1).state() != State.DONE) {
      assertThat(results).hasSizeLessThan(30);
      run(db).ifPresent(results::add);
    }
  }

  private static Optional<RunResult> run(TaskFixture db) {
    try {
      return Optional.of(db.run(task()));
    } catch (PauseStage e) {
      return Optional.empty();
    }
  }

  private static void awaitMore(List<Writer> writers, Queue<Throwable> errors) {
    List<Long> before = writers.stream().map(writer -> writer.committed.get()).toList();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                !errors.isEmpty()
                    || writers.stream()
                        .allMatch(w -> w.committed.get() > before.get(writers.indexOf(w)) + 50));
  }

  /** Nobody else writes to the rows of a bucket that it has locked. */
  private static final class Writer implements Runnable {

    private final DataSource database;
    private final Random random;
    private final Queue<Throwable> errors;
    final AtomicLong committed = new AtomicLong();
    volatile boolean over;

    Writer(DataSource database, Random random, Queue<Throwable> errors) {
      this.database = database;
      this.random = random;
      this.errors = errors;
    }

    @Override
    public void run() {
      try (Connection connection = database.getConnection();
          Statement statement = connection.createStatement()) {
        while (!over) {
          int bucket = random.nextInt(BUCKETS);
          statement.execute("select pg_advisory_lock(" + bucket + ")");
          connection.setAutoCommit(false);
          write(statement, bucket * ROWS + random.nextInt(ROWS), bucket * ROWS);
          connection.commit();
          connection.setAutoCommit(true);
          statement.execute("select pg_advisory_unlock_all()");
          committed.incrementAndGet();
        }
      } catch (SQLException | RuntimeException e) {
        errors.add(e);
      }
    }

    private void write(Statement statement, int id, int first) throws SQLException {
      int other = first + random.nextInt(ROWS);
      switch (random.nextInt(6)) {
        case 0 -> { // children before what they refer to
          both(statement, "delete from <both> where o = " + id);
          statement.executeUpdate("delete from app.of where id = " + id);
        }
        case 1 -> {
          statement.executeUpdate(
              "insert into app.of values (%d) on conflict do nothing".formatted(id));
          both(statement, "delete from <both> where key = " + id);
          both(
              statement,
              "insert into <both> values (%d, timestamptz '2026-11-15' + %d * interval '1 hour', %d)"
                  .formatted(id, other, id));
        }
        case 2 -> {
          statement.executeUpdate(
              "insert into app.of values (%d) on conflict do nothing".formatted(other));
          both(statement, "update <both> set o = %d where key = %d".formatted(other, id));
        }
        case 3 -> { // away from it, and then it goes
          both(statement, "update <both> set o = null where o = " + id);
          statement.executeUpdate("delete from app.of where id = " + id);
        }
        case 4 -> // to another partition
            both(
                statement,
                "update <both> set at = timestamptz '2026-11-15' + %d * interval '1 hour' where key = %d"
                    .formatted(other, id));
        default -> refused(statement, id);
      }
    }

    private static void both(Statement statement, String sql) throws SQLException {
      int rows = statement.executeUpdate(sql.replace("<both>", "app.twin"));
      int written = statement.executeUpdate(sql.replace("<both>", "app.t"));
      if (rows != written) {
        throw new IllegalStateException(
            "%d rows of the twin, %d of the table: %s".formatted(rows, written, sql));
      }
    }

    /** By the table alone too. */
    private static void refused(Statement statement, int key) throws SQLException {
      statement.execute("savepoint refused");
      try {
        statement.executeUpdate(
            "insert into app.t values (%d, '2026-11-16', -1)".formatted(key + 1_000_000));
      } catch (SQLException e) {
        if (!"23503".equals(e.getSQLState())) {
          throw e;
        }
        statement.execute("rollback to savepoint refused");
        return;
      }
      throw new IllegalStateException("the table took a row that refers to nothing");
    }
  }
}
