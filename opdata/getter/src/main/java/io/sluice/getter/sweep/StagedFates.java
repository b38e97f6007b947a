package io.sluice.getter.sweep;

import io.sluice.core.ledger.FileIds;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.StagedObject;
import io.sluice.core.staging.StagingKeys;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Looks up what the ledger knows of the files that staged objects belong to. */
final class StagedFates {

  /**
   * A file as far as its staged objects matter.
   *
   * @param current handling whose chunks are loaded, 0 when none is; set while open
   * @param open whether it is in flight
   * @param rejects whether it had any
   * @param closedAt null while open
   */
  record FileFate(int current, boolean open, boolean rejects, Instant closedAt) {}

  private final Transactions transactions;

  StagedFates(Transactions transactions) {
    this.transactions = transactions;
  }

  /** By file id; files the ledger does not know are absent. */
  Map<Long, FileFate> of(Collection<StagedObject> objects) {
    Set<Long> ids = new TreeSet<>();
    objects.forEach(object -> ids.add(StagingKeys.fileId(object.key())));
    return transactions.ledger(connection -> read(connection, ids));
  }

  private static Map<Long, FileFate> read(Connection connection, Set<Long> ids)
      throws SQLException {
    String sql =
        """
        select f.id, coalesce(w.current, 0), w.file_id is not null,
               f.rejected > 0 or f.state in ('rejected', 'dead'), f.closed_at
        from sluice.file f left join sluice.work w on w.file_id = f.id
        where f.id = any (?) and f.day = any (?)
        """;
    Map<Long, FileFate> fates = new HashMap<>();
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      Object[] days = ids.stream().map(FileIds::dayOf).distinct().toArray();
      query.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
      query.setArray(2, connection.createArrayOf("date", days));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          fates.put(rows.getLong(1), fate(rows));
        }
      }
    }
    return fates;
  }

  private static FileFate fate(ResultSet row) throws SQLException {
    OffsetDateTime closed = row.getObject(5, OffsetDateTime.class);
    return new FileFate(
        row.getInt(2),
        row.getBoolean(3),
        row.getBoolean(4),
        closed == null ? null : closed.toInstant());
  }
}
