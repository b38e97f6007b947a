package io.sluice.core.ledger;

import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Closes files inside the caller's transaction: their counts move from sluice.work to sluice.file.
 * The caller has locked their work rows in id order.
 */
public final class FileCloser {

  /** How a file ends, apart from loaded. */
  public enum End {
    DUPLICATE,
    REPLACED,
    REJECTED,
    DEAD,
    DISCARDED,
    SETTLED;

    String id() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private FileCloser() {}

  /**
   * Files whose rows are all committed: those whose source wants an action go on to settle, the
   * others close as loaded.
   *
   * @return settle messages to publish after the commit, parents of archives included
   */
  public static List<WorkMessage> finishLoaded(Connection connection, Collection<Long> fileIds)
      throws SQLException {
    List<WorkMessage> settle = toSettle(connection, fileIds);
    settle.addAll(close(connection, fileIds, "loaded", "load", null, null, "not settle"));
    return settle;
  }

  private static List<WorkMessage> toSettle(Connection connection, Collection<Long> fileIds)
      throws SQLException {
    String sql =
        """
        update sluice.work set stage = 'settle', state = 'queued', attempts = 0, entered_at = now(),
               published_at = now(), lease_until = null
        where file_id = any (?) and settle and stage <> 'settle' returning feed, file_id, bulk
        """;
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setArray(1, connection.createArrayOf("bigint", fileIds.toArray()));
      return messages(update);
    }
  }

  private static List<WorkMessage> messages(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      List<WorkMessage> messages = new ArrayList<>();
      while (rows.next()) {
        messages.add(
            WorkMessage.of(Stage.SETTLE, rows.getString(1), rows.getLong(2), rows.getBoolean(3)));
      }
      return messages;
    }
  }

  /**
   * Closes a file that does not end as loaded.
   *
   * @param stage where it ended
   * @param reason short, then the sentence; null to keep the one in the ledger
   * @param position where in the file, or null
   * @return settle messages of parents that have no open member left
   */
  public static List<WorkMessage> close(
      Connection connection, long fileId, End end, Stage stage, String reason, String position)
      throws SQLException {
    return close(connection, List.of(fileId), end.id(), stage.id(), reason, position, "true");
  }

  /** What was or would have been loaded has given way to a newer version. */
  static void closeReplaced(Connection connection, long fileId) throws SQLException {
    String counts = "replaced = read - collapsed - rejected, loaded = 0, dead = 0, tables = '{}'";
    for (String table :
        new String[] {
          "sluice.work set " + counts + " where file_id = ?",
          "sluice.file set state = 'replaced', " + counts + " where id = ? and day = ?"
        }) {
      try (PreparedStatement update = connection.prepareStatement("update " + table)) {
        update.setLong(1, fileId);
        if (table.startsWith("sluice.file")) {
          update.setObject(2, FileIds.dayOf(fileId));
        }
        update.executeUpdate();
      }
    }
    close(connection, fileId, End.REPLACED, Stage.HANDLE, "a newer version was handled", null);
  }

  private static List<WorkMessage> close(
      Connection connection,
      Collection<Long> fileIds,
      String state,
      String stage,
      String reason,
      String position,
      String which)
      throws SQLException {
    String sql =
        """
        with done as (delete from sluice.work where file_id = any (?) and %s returning *),
             chunks as (delete from sluice.chunk c using done d where c.file_id = d.file_id)
        update sluice.file f set state = ?, stage = ?, reason = coalesce(?, d.reason), position = ?,
               closed_at = now(), handling = d.handling, checksum = coalesce(d.checksum, f.checksum), read = d.read,
               loaded = d.loaded, collapsed = d.collapsed, replaced = d.replaced, rejected = d.rejected,
               dead = d.dead, conflicts = d.conflicts, rows = d.rows, tables = d.tables,
               unit = d.unit, element = coalesce(d.element, f.element), first_time = d.first_time,
               last_time = d.last_time, period = coalesce(d.last_time, f.period)
        from done d where f.id = d.file_id and f.day = any (?) returning d.parent
        """
            .formatted(which);
    List<Long> parents = new ArrayList<>();
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setArray(1, connection.createArrayOf("bigint", fileIds.toArray()));
      update.setString(2, state);
      update.setString(3, stage);
      update.setString(4, reason);
      update.setString(5, position);
      update.setArray(6, days(connection, fileIds));
      try (ResultSet rows = update.executeQuery()) {
        while (rows.next()) {
          if (rows.getObject(1) != null) {
            parents.add(rows.getLong(1));
          }
        }
      }
    }
    return parents.isEmpty() ? new ArrayList<>() : releaseParents(connection, parents);
  }

  private static Array days(Connection connection, Collection<Long> ids) throws SQLException {
    return connection.createArrayOf("date", ids.stream().map(FileIds::dayOf).distinct().toArray());
  }

  /**
   * An archive settles when its last member has closed. It waits in stage settle, state waiting,
   * until then. Parents are locked after all members, in id order, so that two last members see
   * each other.
   */
  private static List<WorkMessage> releaseParents(Connection connection, List<Long> parents)
      throws SQLException {
    Object[] ids = parents.stream().distinct().sorted().toArray();
    try (PreparedStatement lock =
        connection.prepareStatement(
            "select from sluice.work where file_id = any (?) order by file_id for update")) {
      lock.setArray(1, connection.createArrayOf("bigint", ids));
      lock.executeQuery().close();
    }
    String ready =
        """
        select w.file_id from sluice.work w where w.file_id = any (?) and w.stage = 'settle' and w.state = 'waiting'
          and not exists (select from sluice.work m where m.parent = w.file_id)
        """;
    List<Long> done = new ArrayList<>();
    try (PreparedStatement query = connection.prepareStatement(ready)) {
      query.setArray(1, connection.createArrayOf("bigint", ids));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          done.add(rows.getLong(1));
        }
      }
    }
    return done.isEmpty() ? new ArrayList<>() : releaseParentsNow(connection, done);
  }

  private static List<WorkMessage> releaseParentsNow(Connection connection, List<Long> done)
      throws SQLException {
    String sql =
        """
        update sluice.work set state = 'queued', entered_at = now(), published_at = now()
        where file_id = any (?) and settle returning feed, file_id, bulk
        """;
    List<WorkMessage> settle;
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setArray(1, connection.createArrayOf("bigint", done.toArray()));
      settle = messages(update);
    }
    settle.addAll(close(connection, done, "loaded", "load", null, null, "not settle"));
    return settle;
  }
}
