package io.sluice.bench;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/**
 * A loader that copies rows of now into one table after the other, and a reader that counts a few
 * whole tables in a transaction. Both without a rest, both remember their slowest statement.
 */
final class Traffic implements AutoCloseable {

  private static final int ROWS = 10;
  private static final int COUNTED_TOGETHER = 3;

  /** Work on one connection until told to stop. */
  @FunctionalInterface
  private interface Work {
    void on(Connection connection) throws SQLException, IOException;
  }

  private final DataSource database;
  private final String schema;
  private final int tables;
  private final AtomicReference<Instant> now;
  private final AtomicLong loaded = new AtomicLong();
  private final AtomicLong counted = new AtomicLong();
  private final AtomicLong slowestLoad = new AtomicLong();
  private final AtomicLong slowestCount = new AtomicLong();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private volatile boolean stopped;
  private Thread loader;
  private Thread reader;

  Traffic(DataSource database, String schema, int tables, Instant now) {
    this.database = database;
    this.schema = schema;
    this.tables = tables;
    this.now = new AtomicReference<>(now);
  }

  /** Loads once into every table, so that the day has rows everywhere. */
  void loadAll(Instant time) throws SQLException, IOException {
    now.set(time);
    try (Connection connection = database.getConnection()) {
      for (int i = 1; i <= tables; i++) {
        load(connection, i);
      }
    }
  }

  void start() {
    loader = start("loader", this::loadOn);
    reader = start("reader", this::readOn);
  }

  private Thread start(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try (Connection connection = database.getConnection()) {
                work.on(connection);
              } catch (SQLException | IOException e) {
                failure.compareAndSet(null, e);
              }
            },
            name);
    thread.start();
    return thread;
  }

  private void loadOn(Connection connection) throws SQLException, IOException {
    for (int i = 1; !stopped; i = i % tables + 1) {
      long begun = System.nanoTime();
      load(connection, i);
      longest(slowestLoad, begun);
    }
  }

  private void load(Connection connection, int table) throws SQLException, IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < ROWS; i++) {
      rows.append(now.get()).append('\t').append(i).append("\t1.5\n");
    }
    String copy = "copy %s.%s from stdin".formatted(schema, PartmanTables.name(table));
    loaded.addAndGet(
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn(copy, new StringReader(rows.toString())));
  }

  private void readOn(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      for (int i = 1; !stopped; i = i % tables + 1) {
        long begun = System.nanoTime();
        try (ResultSet row =
            statement.executeQuery(
                "select count(*) from %s.%s".formatted(schema, PartmanTables.name(i)))) {
          row.next();
        }
        longest(slowestCount, begun);
        if (counted.incrementAndGet() % COUNTED_TOGETHER == 0) {
          connection.commit();
        }
      }
    }
    connection.rollback();
  }

  private static void longest(AtomicLong longest, long begun) {
    long took = System.nanoTime() - begun;
    longest.accumulateAndGet(took, Math::max);
  }

  /**
   * What was done; times in nanoseconds.
   *
   * @param slowestLoad the longest COPY
   * @param slowestCount the longest count
   */
  record Done(long loaded, long counted, long slowestLoad, long slowestCount) {}

  Done stop() throws SQLException, InterruptedException {
    stopped = true;
    loader.join();
    reader.join();
    if (failure.get() != null) {
      throw new SQLException(
          "loader or reader of schema %s: %s".formatted(schema, failure.get().getMessage()),
          failure.get());
    }
    return new Done(loaded.get(), counted.get(), slowestLoad.get(), slowestCount.get());
  }

  @Override
  public void close() {
    stopped = true;
  }
}
