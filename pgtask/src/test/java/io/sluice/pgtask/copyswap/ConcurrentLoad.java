package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/**
 * People who write to a table and count it, all the time. Every change is made to a shadow table as
 * well, in the same transaction: so whoever sees the two differ in one statement saw something that
 * never was.
 */
final class ConcurrentLoad implements AutoCloseable {

  /** What they work on: two tables with the columns key, name, at and note, quoted as they are. */
  record Place(String table, String shadow, String key, String name, String at, boolean epoch) {
    String columns() {
      return "%s, %s, %s, note".formatted(key, name, at);
    }

    String at(int day, int second) {
      String time =
          "timestamptz '2026-11-%02d 00:00:00+00' + %d * interval '1 second'"
              .formatted(10 + day, second);
      return epoch ? "(extract(epoch from (" + time + ")) * 1000)::bigint" : time;
    }
  }

  /** Keys of copied rows begin here. */
  private static final long COPIED = 1_000_000;

  private final DataSource database;
  private final Place place;
  private final AtomicLong keys;
  private final AtomicLong copied = new AtomicLong();
  private final List<Thread> threads = new ArrayList<>();
  private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
  final AtomicLong changes = new AtomicLong();
  final AtomicLong counts = new AtomicLong();
  private volatile boolean over;

  private interface Deed {
    void once(Connection connection, Random random) throws SQLException, IOException;
  }

  ConcurrentLoad(DataSource database, Place place, long nextKey) {
    this.database = database;
    this.place = place;
    this.keys = new AtomicLong(nextKey);
  }

  ConcurrentLoad start() {
    for (int n = 0; n < 2; n++) {
      run("writer-" + n, this::write);
    }
    run("copier", this::copy);
    run("reader", this::count);
    return this;
  }

  private void run(String name, Deed deed) {
    Thread thread =
        new Thread(
            () -> {
              try (Connection connection = database.getConnection()) {
                Random random = new Random(name.hashCode());
                while (!over) {
                  deed.once(connection, random);
                }
              } catch (Throwable e) {
                errors.add(e);
              }
            },
            name);
    thread.start();
    threads.add(thread);
  }

  private void write(Connection connection, Random random) throws SQLException {
    long copies = copied.get();
    long key =
        copies > 0 && random.nextInt(10) == 0
            ? COPIED + random.nextInt((int) copies)
            : 1 + random.nextInt((int) keys.get());
    long fresh = keys.getAndIncrement();
    String sql =
        switch (random.nextInt(5)) {
          case 0 -> insert(fresh, random);
          case 1 ->
              "update %s set name_ = name_ || 'x', note = repeat('y', 20) where key_ = " + key;
          case 2 ->
              "update %s set at_ = "
                  + place.at(random.nextInt(10), random.nextInt(80_000))
                  + " where key_ = "
                  + key;
          case 3 -> "update %s set key_ = " + fresh + " where key_ = " + key;
          default -> "delete from %s where key_ = " + key;
        };
    both(connection, List.of(key, fresh), sql);
  }

  private String insert(long key, Random random) {
    return "insert into %s (key_, name_, at_, note) values ("
        + "%d, 'n%d', %s, null)".formatted(key, random.nextInt(9), place.at(random.nextInt(10), 5));
  }

  /** Nobody else touches a key between the two tables. */
  private void both(Connection connection, List<Long> keys, String sql) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      for (long key : keys) {
        statement.execute("select pg_advisory_xact_lock(" + key + ")");
      }
      for (String table : List.of(place.table(), place.shadow())) {
        statement.execute(named(sql.replace("%s", table)));
      }
    }
    connection.commit();
    changes.incrementAndGet();
  }

  private String named(String sql) {
    return sql.replace("key_", place.key())
        .replace("name_", place.name())
        .replace("at_", place.at());
  }

  private void copy(Connection connection, Random random) throws SQLException, IOException {
    connection.setAutoCommit(false);
    StringBuilder rows = new StringBuilder();
    for (int n = 0; n < 20; n++) {
      String at =
          place.epoch()
              ? Long.toString(1_794_268_800_000L + random.nextInt(800_000_000))
              : "2026-11-%02d 07:00:00+00".formatted(10 + random.nextInt(10));
      rows.append("%d\tcopied\t%s\t\\N\n".formatted(COPIED + copied.get() + n, at));
    }
    for (String table : List.of(place.table(), place.shadow())) {
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn(
              "copy %s (%s) from stdin".formatted(table, place.columns()),
              new StringReader(rows.toString()));
    }
    connection.commit();
    copied.addAndGet(20);
    changes.incrementAndGet();
  }

  private void count(Connection connection, Random random) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select (select count(*) from %s), (select count(*) from %s)"
                    .formatted(place.table(), place.shadow()))) {
      row.next();
      if (row.getLong(1) != row.getLong(2)) {
        throw new IllegalStateException(
            "saw %d rows of %d".formatted(row.getLong(1), row.getLong(2)));
      }
      counts.incrementAndGet();
    }
  }

  /** Ends them all; none may have met an error, and each must have done something. */
  @Override
  public void close() {
    over = true;
    await().atMost(Duration.ofSeconds(30)).until(() -> threads.stream().noneMatch(Thread::isAlive));
    assertThat(errors).isEmpty();
    assertThat(changes.get()).isPositive();
    assertThat(counts.get()).isPositive();
  }

  /** A query for the rows that one of the two tables has and the other not. */
  String differences() {
    String sql =
        """
        select d::text from (
          select 'table', only_here.* from (select %1$s from %2$s except all select %1$s from %3$s) only_here
          union all
          select 'shadow', only_here.* from (select %1$s from %3$s except all select %1$s from %2$s) only_here) d\
        """;
    return sql.formatted(place.columns(), place.table(), place.shadow());
  }
}
