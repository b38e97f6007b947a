package io.sluice.pgtask.run;

import io.sluice.core.ledger.Transactions;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/** Reads sluice.expired_partition for people: which partitions went, and where their rows are. */
public final class ExpiredLog {

  private static final String GONE =
      """
      select task, partition_schema, partition_name, lower_bound, upper_bound, action, archive_schema, rows,
             bytes, export_uri, decided_at, done_at, restored_at, hold_until
      from sluice.expired_partition
      where database = ? and schema_name = ? and parent_name = ?
      order by decided_at desc, id desc limit ?
      """;

  private final Transactions ledger;

  public ExpiredLog(Transactions ledger) {
    this.ledger = ledger;
  }

  /**
   * A partition that expired.
   *
   * @param action drop, keep or archive
   * @param rows counted by the export; null without
   * @param exportUri of the export's manifest; null without
   * @param doneAt null while it is on its way out
   * @param restoredAt when it was brought back; null if it was not
   */
  public record Expired(
      String task,
      String schema,
      String name,
      String lower,
      String upper,
      String action,
      String archiveSchema,
      Long rows,
      long bytes,
      String exportUri,
      Instant decidedAt,
      Instant doneAt,
      Instant restoredAt,
      Instant holdUntil) {}

  /** Of one table, the last that expired first. */
  public List<Expired> of(String database, String schema, String parent, int limit) {
    return ledger.ledger(
        connection -> {
          try (PreparedStatement query = connection.prepareStatement(GONE)) {
            query.setString(1, database);
            query.setString(2, schema);
            query.setString(3, parent);
            query.setInt(4, limit);
            try (ResultSet row = query.executeQuery()) {
              List<Expired> all = new ArrayList<>();
              while (row.next()) {
                all.add(expired(row));
              }
              return all;
            }
          }
        });
  }

  private static Expired expired(ResultSet row) throws SQLException {
    return new Expired(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        row.getString(7),
        row.getObject(8, Long.class),
        row.getLong(9),
        row.getString(10),
        instant(row, 11),
        instant(row, 12),
        instant(row, 13),
        instant(row, 14));
  }

  private static Instant instant(ResultSet row, int column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
