package io.sluice.bench;

import io.sluice.core.sql.Sql;
import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/** Who uses the table meanwhile: a loader that appends, one who counts, one who looks up rows. */
final class ConvertCrowd implements AutoCloseable {
  private static final int BATCH = 500;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);

  /** How long something took, each time. */
  static final class Latency {
    private final List<Long> nanos = new ArrayList<>();

    synchronized void add(long since) {
      nanos.add(System.nanoTime() - since);
    }

    synchronized long median() {
      return nanos.isEmpty() ? 0 : millis(nanos.stream().sorted().toList().get(nanos.size() / 2));
    }

    synchronized long longest() {
      return millis(nanos.stream().mapToLong(n -> n).max().orElse(0));
    }

    private static long millis(long nanos) {
      return Duration.ofNanos(nanos).toMillis();
    }
  }

  private interface Deed {
    void once(Connection connection) throws SQLException, IOException;
  }

  private final DataSource database;
  private final long before;
  private final int rate;
  private final List<Thread> threads = new ArrayList<>();
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private final AtomicLong begun = new AtomicLong();
  private final AtomicLong committed = new AtomicLong();
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong counts = new AtomicLong();
  private final Latency loading = new Latency();
  private final Latency counting = new Latency();
  private final Latency looking = new Latency();
  private long ids;
  private long values;
  private volatile boolean over;

  /**
   * @param before rows of the table, with ids 1 and up
   * @param rate rows a second
   */
  ConvertCrowd(DataSource database, long before, int rate) {
    this.database = database;
    this.before = before;
    this.rate = rate;
  }

  void start() {
    run("loader", this::load);
    run("counter", this::count);
    run("looker", this::look);
  }

  private void run(String name, Deed deed) {
    Thread thread =
        new Thread(
            () -> {
              try (Connection connection = database.getConnection()) {
                while (!over) {
                  deed.once(connection);
                }
              } catch (SQLException | IOException e) {
                errors.add(name + ": " + e.getMessage());
              }
            },
            name);
    thread.start();
    threads.add(thread);
  }

  private void load(Connection connection) throws SQLException, IOException {
    long next = System.nanoTime() + Duration.ofSeconds(1).toNanos() * BATCH / rate;
    long first = before + committed.get() + 1;
    StringBuilder rows = new StringBuilder();
    for (long id = first; id < first + BATCH; id++) {
      rows.append(
          "%d\t%s\t%d\t%d\tloaded\n".formatted(id, Instant.now(), id % 10007, id % 1000003));
      ids += id;
      values += id % 1000003;
    }
    begun.addAndGet(BATCH);
    long since = System.nanoTime();
    connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyIn("copy app.event from stdin", new StringReader(rows.toString()));
    loading.add(since);
    committed.addAndGet(BATCH);
    commits.incrementAndGet();
    LockSupport.parkNanos(next - System.nanoTime());
  }

  private void count(Connection connection) throws SQLException {
    long least = before + committed.get();
    long since = System.nanoTime();
    long rows = Sql.number(connection, "select count(*) from app.event");
    counting.add(since);
    long most = before + begun.get();
    if (rows < least || rows > most) {
      errors.add("counted %d rows of %d to %d".formatted(rows, least, most));
    }
    counts.incrementAndGet();
  }

  private void look(Connection connection) throws SQLException {
    long since = System.nanoTime();
    long id = 1 + since % before;
    if (Sql.number(connection, "select count(*) from app.event where id = " + id) != 1) {
      errors.add("row " + id + " is not there");
    }
    looking.add(since);
    LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
  }

  /** Waits until the table was counted and loaded again. */
  void countOnceMore() {
    long counted = counts.get();
    long loaded = commits.get();
    while (errors.isEmpty() && (counts.get() <= counted + 1 || commits.get() <= loaded)) {
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  @Override
  public void close() {
    over = true;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
    }
  }

  long rows() {
    return committed.get();
  }

  long ids() {
    return ids;
  }

  long values() {
    return values;
  }

  long commits() {
    return commits.get();
  }

  long counts() {
    return counts.get();
  }

  List<String> errors() {
    return List.copyOf(errors);
  }

  Latency loading() {
    return loading;
  }

  Latency counting() {
    return counting;
  }

  Latency looking() {
    return looking;
  }
}
