package io.sluice.bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/** Brings waves of files to a line and measures what each takes until its last file has closed. */
final class Measuring implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final String WAVE =
      " from sluice.file where feed = 'bench' and found_at >= timestamptz '%s'";

  /** What brings the files. */
  interface Placing {
    void run() throws IOException, InterruptedException;
  }

  private final Line line;
  private final Connection connection;
  private String since = "";

  /** Keeps one connection, because opening them is work for the server. */
  Measuring(Line line) throws SQLException {
    this.line = line;
    this.connection = line.warehouse().database().getConnection();
  }

  /** Places the files and waits until they have closed. */
  Cost wave(String name, Waves waves, Placing placing)
      throws IOException, SQLException, InterruptedException {
    Reading before = Reading.first(line);
    since = text("select clock_timestamp()::text");
    placing.run();
    awaitClosed(waves.files());
    Reading used = Reading.last(line).since(before);
    return new Cost(
        name,
        waves.files(),
        number("select sum(rows)::bigint" + wave()),
        number("select sum(loaded)::bigint" + wave()),
        Duration.ofMillis(
            number(
                "select (extract(epoch from max(closed_at) - min(found_at)) * 1000)::bigint"
                    + wave())),
        used);
  }

  /** All at once. */
  Cost wave(String name, Waves waves) throws IOException, SQLException, InterruptedException {
    return wave(name, waves, () -> waves.place(line.incoming(), name.replace(' ', '-')));
  }

  private void awaitClosed(long files) throws SQLException, InterruptedException {
    long closed = -1;
    long moved = System.nanoTime();
    while (closed < files) {
      Thread.sleep(LOOK.toMillis());
      long now = number("select count(*) filter (where closed_at is not null)" + wave());
      if (now > closed) {
        closed = now;
        moved = System.nanoTime();
      } else if (System.nanoTime() - moved > PATIENCE.toNanos()) {
        throw new IllegalStateException(
            "nothing has moved for %s: of %d files %d have closed"
                .formatted(PATIENCE, files, closed));
      }
    }
  }

  /** Percentiles of an expression in seconds over the files of the last wave, and its maximum. */
  List<Double> percentiles(String seconds) throws SQLException {
    String sql =
        """
        select percentile_cont(0.5) within group (order by s), percentile_cont(0.99) within group (order by s),
               max(s)
        from (select extract(epoch from %s)::float8 as s %s) seconds
        """
            .formatted(seconds, wave());
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return List.of(row.getDouble(1), row.getDouble(2), row.getDouble(3));
    }
  }

  private String wave() {
    return WAVE.formatted(since);
  }

  long number(String sql) throws SQLException {
    return Long.parseLong(text(sql));
  }

  private String text(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  Connection connection() {
    return connection;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
