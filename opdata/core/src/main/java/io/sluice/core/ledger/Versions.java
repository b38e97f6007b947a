package io.sluice.core.ledger;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The contents one path has had (D15), locked in id order so that two corrections cannot deadlock.
 */
final class Versions {

  private record Version(long id, OffsetDateTime mtime, boolean handled) {}

  private final long self;
  private final OffsetDateTime mtime;
  private final boolean owned;
  private final List<Version> others;

  private Versions(long self, OffsetDateTime mtime, boolean owned, List<Version> others) {
    this.self = self;
    this.mtime = mtime;
    this.owned = owned;
    this.others = others;
  }

  static Versions lock(Connection connection, HandleClaim claim) throws SQLException {
    List<Long> ids = idsOfPath(connection, claim);
    boolean owned = lockWork(connection, ids, claim);
    List<Version> others = owned ? read(connection, ids) : List.of();
    return new Versions(
        claim.fileId(), claim.mtime().atOffset(java.time.ZoneOffset.UTC), owned, others);
  }

  private static List<Long> idsOfPath(Connection connection, HandleClaim claim)
      throws SQLException {
    String sql = "select id from sluice.file where path_key = ? order by id";
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setObject(1, FileIds.pathKey(claim.feed(), claim.host(), claim.path()));
      try (ResultSet rows = query.executeQuery()) {
        List<Long> ids = new ArrayList<>();
        while (rows.next()) {
          ids.add(rows.getLong(1));
        }
        return ids;
      }
    }
  }

  private static boolean lockWork(Connection connection, List<Long> ids, HandleClaim claim)
      throws SQLException {
    String sql =
        "select file_id, handling, stage from sluice.work where file_id = any (?) order by file_id for update";
    boolean owned = false;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          owned |=
              rows.getLong(1) == claim.fileId()
                  && rows.getInt(2) == claim.handling()
                  && rows.getString(3).equals("handle");
        }
      }
    }
    return owned;
  }

  private static List<Version> read(Connection connection, List<Long> ids) throws SQLException {
    String sql =
        """
        select f.id, f.mtime, coalesce(w.current > 0, f.state in ('loaded', 'settled'))
        from sluice.file f left join sluice.work w on w.file_id = f.id
        where f.id = any (?) and f.day = any (?) and f.state not in ('duplicate', 'replaced')
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
      query.setArray(2, days(connection, ids));
      try (ResultSet rows = query.executeQuery()) {
        List<Version> versions = new ArrayList<>();
        while (rows.next()) {
          versions.add(
              new Version(
                  rows.getLong(1), rows.getObject(2, OffsetDateTime.class), rows.getBoolean(3)));
        }
        return versions;
      }
    }
  }

  private static Array days(Connection connection, List<Long> ids) throws SQLException {
    return connection.createArrayOf("date", ids.stream().map(FileIds::dayOf).distinct().toArray());
  }

  boolean owned() {
    return owned;
  }

  /** Whether another content of the path is newer and was handled. */
  boolean newerExists() {
    return others.stream().anyMatch(v -> v.id != self && v.handled && isNewer(v));
  }

  private boolean isNewer(Version other) {
    int order = other.mtime.toInstant().compareTo(mtime.toInstant());
    return order > 0 || (order == 0 && other.id > self);
  }

  /**
   * Deletes what this file's earlier handlings and its older versions have loaded, and closes the
   * latter.
   */
  void deleteRows(Connection connection) throws SQLException {
    Set<Long> ids = new LinkedHashSet<>();
    for (Version version : others) {
      if (version.id == self || !isNewer(version)) {
        ids.add(version.id);
      }
    }
    LoadedRows.delete(connection, ids);
    for (long id : ids) {
      if (id != self) {
        FileCloser.closeReplaced(connection, id);
      }
    }
  }
}
