package io.sluice.bench;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Looks at pg_locks without a rest for ACCESS EXCLUSIVE locks on partitioned tables of a schema. A
 * lock's time is counted from the last look without it to the first look without it again, so it is
 * never stated too short; one that comes and goes between two looks is not seen.
 */
final class LockWatch implements AutoCloseable {

  private static final String LOCKS =
      """
      select l.relation, l.pid, l.granted from pg_locks l
      where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
        and l.relation = any (array(select p.partrelid from pg_partitioned_table p
          join pg_class c on c.oid = p.partrelid join pg_namespace n on n.oid = c.relnamespace
          where n.nspname = ?))
      """;

  /** One session's lock on one table, held or waited for. */
  private record Lock(long relation, int pid, boolean granted) {}

  private final Connection connection;
  private final String schema;
  private final Thread thread = new Thread(this::watch, "lock-watch");
  private final Map<Lock, Long> since = new HashMap<>();
  private volatile boolean stopped;
  private volatile SQLException failure;
  private long last = System.nanoTime();
  private long longestHeld;
  private long longestWaited;
  private long longestGap;
  private long looks;
  private long seen;

  LockWatch(DataSource database, String schema) throws SQLException {
    this.connection = database.getConnection();
    this.schema = schema;
    thread.start();
  }

  private void watch() {
    try (PreparedStatement query = Sql.prepare(connection, LOCKS, schema)) {
      while (!stopped) {
        look(query);
      }
    } catch (SQLException e) {
      failure = e;
    }
  }

  private void look(PreparedStatement query) throws SQLException {
    Set<Lock> now = new HashSet<>();
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        now.add(new Lock(row.getLong(1), row.getInt(2), row.getBoolean(3)));
      }
    }
    long time = System.nanoTime();
    long before = last;
    now.forEach(lock -> since.computeIfAbsent(lock, l -> first(before)));
    since.entrySet().removeIf(entry -> !now.contains(entry.getKey()) && ended(entry, time));
    longestGap = Math.max(longestGap, time - last);
    last = time;
    looks++;
  }

  private long first(long before) {
    seen++;
    return before;
  }

  private boolean ended(Map.Entry<Lock, Long> entry, long time) {
    long lasted = time - entry.getValue();
    if (entry.getKey().granted()) {
      longestHeld = Math.max(longestHeld, lasted);
    } else {
      longestWaited = Math.max(longestWaited, lasted);
    }
    return true;
  }

  /**
   * What was seen, in nanoseconds.
   *
   * @param held longest time one was held
   * @param waited longest time one was waited for, while others queue behind it
   * @param gap longest time between two looks
   */
  record Seen(long locks, long held, long waited, long looks, long gap) {}

  Seen stop() throws SQLException, InterruptedException {
    stopped = true;
    thread.join();
    if (failure != null) {
      throw failure;
    }
    return new Seen(seen, longestHeld, longestWaited, looks, longestGap);
  }

  @Override
  public void close() throws SQLException {
    stopped = true;
    connection.close();
  }
}
