package io.sluice.loader;

import io.sluice.core.ids.FileIds;
import io.sluice.core.message.WorkMessage;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The loader's statements on the ledger; each takes a whole batch. */
final class LoadLedger {

  private static final String CHUNKS =
      "unnest(?::bigint[], ?::int[], ?::int[]) as m (file_id, handling, chunk)";

  private LoadLedger() {}

  /**
   * Counts an attempt of each chunk whose file waits for it; the others have nothing to do.
   *
   * <p>The work rows are locked so that none closes meanwhile and leaves chunks behind.
   */
  static Map<ChunkId, Attempt> countAttempts(
      Connection connection, Map<ChunkId, WorkMessage> messages) throws SQLException {
    String sql =
        """
        with w as materialized (
          select file_id, current from sluice.work where file_id = any (?) and stage = 'load' and state <> 'parked'
          order by file_id for key share),
        counted as (
          insert into sluice.chunk as c (file_id, handling, chunk, attempts)
          select m.file_id, m.handling, m.chunk, 1
          from %s join w on w.file_id = m.file_id and w.current = m.handling order by 1, 2, 3
          on conflict (file_id, handling, chunk) do update set attempts = c.attempts + 1 where c.state = 'begun'
          returning file_id, handling, chunk, attempts)
        select c.file_id, c.handling, c.chunk, c.attempts, f.found_at
        from counted c join sluice.file f on f.id = c.file_id and f.day = any (?)
        """
            .formatted(CHUNKS);
    try (PreparedStatement count = connection.prepareStatement(sql)) {
      Collection<Long> files = messages.keySet().stream().map(ChunkId::fileId).distinct().toList();
      count.setArray(1, bigints(connection, files));
      bindChunks(connection, count, 2, messages.keySet());
      count.setArray(5, days(connection, files));
      try (ResultSet rows = count.executeQuery()) {
        Map<ChunkId, Attempt> attempts = new HashMap<>();
        while (rows.next()) {
          ChunkId id = chunkId(rows);
          attempts.put(
              id,
              new Attempt(
                  messages.get(id),
                  id,
                  rows.getInt(4),
                  rows.getObject(5, OffsetDateTime.class).toInstant()));
        }
        return attempts;
      }
    }
  }

  /** Takes attempts back: the surroundings failed, not the chunks. */
  static void giveBack(Connection connection, Collection<ChunkId> chunks) throws SQLException {
    String sql =
        "update sluice.chunk c set attempts = greatest(c.attempts - 1, 0) from "
            + CHUNKS
            + " where c.file_id = m.file_id and c.handling = m.handling and c.chunk = m.chunk"
            + " and c.state = 'begun'";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      bindChunks(connection, update, 1, chunks);
      update.executeUpdate();
    }
  }

  /**
   * Locks the work rows in id order.
   *
   * @return of the files that are to be loaded, the handling that counts
   */
  static Map<Long, Integer> lockFiles(Connection connection, Collection<Long> files)
      throws SQLException {
    String sql =
        "select file_id, current, stage = 'load' and state <> 'parked' from sluice.work"
            + " where file_id = any (?) order by file_id for update";
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setArray(1, bigints(connection, files));
      try (ResultSet rows = query.executeQuery()) {
        Map<Long, Integer> current = new LinkedHashMap<>();
        while (rows.next()) {
          if (rows.getBoolean(3)) {
            current.put(rows.getLong(1), rows.getInt(2));
          }
        }
        return current;
      }
    }
  }

  /** Marks chunks as loaded or dead; returns those this call has marked. */
  static Set<ChunkId> claim(
      Connection connection, Collection<ChunkId> chunks, String state, String reason)
      throws SQLException {
    String sql =
        """
        insert into sluice.chunk as c (file_id, handling, chunk, state, reason)
        select m.file_id, m.handling, m.chunk, ?, ? from %s order by 1, 2, 3
        on conflict (file_id, handling, chunk) do update set state = excluded.state, reason = excluded.reason
        where c.state = 'begun' returning file_id, handling, chunk
        """
            .formatted(CHUNKS);
    try (PreparedStatement claim = connection.prepareStatement(sql)) {
      claim.setString(1, state);
      claim.setString(2, reason);
      bindChunks(connection, claim, 3, chunks);
      try (ResultSet rows = claim.executeQuery()) {
        Set<ChunkId> claimed = new HashSet<>();
        while (rows.next()) {
          claimed.add(chunkId(rows));
        }
        return claimed;
      }
    }
  }

  /**
   * Adds what was done to the work rows.
   *
   * @return complete files, and whether chunks of them are dead
   */
  static Map<Long, Boolean> addCounts(Connection connection, Counts counts) throws SQLException {
    String sql =
        """
        update sluice.work w set loaded = w.loaded + c.loaded, collapsed = w.collapsed + c.collapsed,
               replaced = w.replaced + c.replaced, rejected = w.rejected + c.rejected, rows = w.rows + c.rows,
               chunks_done = w.chunks_done + c.chunks,
               tables = array(select distinct unnest(w.tables || c.tables::int[]) order by 1)
        from unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::int[], ?::text[])
             as c (file_id, loaded, collapsed, replaced, rejected, rows, chunks, tables)
        where w.file_id = c.file_id
        returning w.file_id, w.chunks_done >= w.chunks,
                  exists (select from sluice.chunk d where d.file_id = w.file_id and d.state = 'dead')
        """;
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      Collection<Map.Entry<Long, FileCounts>> files = counts.files().entrySet();
      update.setArray(1, bigints(connection, counts.files().keySet()));
      update.setArray(2, array(connection, "bigint", files, e -> e.getValue().loaded));
      update.setArray(3, array(connection, "bigint", files, e -> e.getValue().collapsed));
      update.setArray(4, array(connection, "bigint", files, e -> e.getValue().replaced));
      update.setArray(5, array(connection, "bigint", files, e -> e.getValue().rejected));
      update.setArray(6, array(connection, "bigint", files, e -> e.getValue().rows));
      update.setArray(7, array(connection, "int", files, e -> e.getValue().chunks));
      update.setArray(8, array(connection, "text", files, e -> literal(e.getValue().tables)));
      try (ResultSet rows = update.executeQuery()) {
        Map<Long, Boolean> complete = new HashMap<>();
        while (rows.next()) {
          if (rows.getBoolean(2)) {
            complete.put(rows.getLong(1), rows.getBoolean(3));
          }
        }
        return complete;
      }
    }
  }

  private static String literal(Set<Integer> ids) {
    return ids.toString().replace('[', '{').replace(']', '}');
  }

  /** Counts chunks as done that will never be loaded. */
  static Map<Long, Boolean> addDead(Connection connection, long fileId, long cells)
      throws SQLException {
    String sql =
        """
        update sluice.work set dead = dead + ?, chunks_done = chunks_done + 1 where file_id = ?
        returning chunks_done >= chunks
        """;
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setLong(1, cells);
      update.setLong(2, fileId);
      try (ResultSet row = update.executeQuery()) {
        return row.next() && row.getBoolean(1) ? Map.of(fileId, true) : Map.of();
      }
    }
  }

  /**
   * A dead chunk that nobody can read does not tell its cells: they are what is left at the end.
   */
  static void restIsDead(Connection connection, long fileId) throws SQLException {
    String sql =
        "update sluice.work set dead = read - loaded - collapsed - replaced - rejected where file_id = ?";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setLong(1, fileId);
      update.executeUpdate();
    }
  }

  static void insertDead(Connection connection, Attempt attempt, String reason, String error)
      throws SQLException {
    String sql =
        "insert into sluice.dead (file_id, stage, handling, chunk, attempts, reason, error)"
            + " values (?, 'load', ?, ?, ?, ?, ?)";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setLong(1, attempt.id().fileId());
      insert.setInt(2, attempt.id().handling());
      insert.setInt(3, attempt.id().chunk());
      insert.setInt(4, attempt.attempts());
      insert.setString(5, reason);
      insert.setString(6, error);
      insert.executeUpdate();
    }
  }

  /** Inserts changed buckets (D10). */
  static void mark(Connection connection, Collection<Mark> marks) throws SQLException {
    if (marks.isEmpty()) {
      return;
    }
    String sql =
        """
        insert into sluice.mark (table_id, bucket, slice)
        select t, timestamptz 'epoch' + b * interval '1 microsecond', s
        from unnest(?::int[], ?::bigint[], ?::int[]) as m (t, b, s)
        """;
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setArray(1, array(connection, "int", marks, Mark::tableId));
      insert.setArray(2, array(connection, "bigint", marks, Mark::bucketMicros));
      insert.setArray(3, array(connection, "int", marks, Mark::slice));
      insert.executeUpdate();
    }
  }

  /** Keeps files waiting until a person acts; their messages need not come back. */
  static void park(Connection connection, Collection<Long> files, String reason)
      throws SQLException {
    move(connection, files, "state = 'parked'", reason);
  }

  /** Lets files be handled again, by the dispatcher. */
  static void handleAgain(Connection connection, Collection<Long> files, String reason)
      throws SQLException {
    move(connection, files, "stage = 'handle', state = 'waiting', attempts = 0", reason);
  }

  private static void move(
      Connection connection, Collection<Long> files, String change, String reason)
      throws SQLException {
    lockFiles(connection, files);
    String sql =
        "update sluice.work set entered_at = now(), lease_until = null, reason = ?, "
            + change
            + " where file_id = any (?) and stage = 'load'";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setString(1, reason);
      update.setArray(2, bigints(connection, files));
      update.executeUpdate();
    }
  }

  static Array bigints(Connection connection, Collection<Long> ids) throws SQLException {
    return connection.createArrayOf("bigint", ids.toArray());
  }

  static Array days(Connection connection, Collection<Long> ids) throws SQLException {
    return connection.createArrayOf("date", ids.stream().map(FileIds::dayOf).distinct().toArray());
  }

  static <T> Array array(
      Connection connection, String type, Collection<T> items, Function<T, Object> value)
      throws SQLException {
    return connection.createArrayOf(type, items.stream().map(value).toArray());
  }

  private static void bindChunks(
      Connection connection, PreparedStatement statement, int from, Collection<ChunkId> chunks)
      throws SQLException {
    List<ChunkId> ids = List.copyOf(chunks);
    statement.setArray(from, array(connection, "bigint", ids, ChunkId::fileId));
    statement.setArray(from + 1, array(connection, "int", ids, ChunkId::handling));
    statement.setArray(from + 2, array(connection, "int", ids, ChunkId::chunk));
  }

  private static ChunkId chunkId(ResultSet rows) throws SQLException {
    return new ChunkId(rows.getLong(1), rows.getInt(2), rows.getInt(3));
  }
}
