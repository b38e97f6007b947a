package io.sluice.pgtask.export;

import io.sluice.core.ledger.Transactions;
import io.sluice.pgtask.catalog.TableName;
import java.net.URI;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.OptionalLong;

/** What sluice.expired_partition knows of exports. */
public final class ExpiredLedger {

  private final Transactions ledger;

  public ExpiredLedger(Transactions ledger) {
    this.ledger = ledger;
  }

  /**
   * An export.
   *
   * @param manifest where it is
   * @param sha256 of it
   */
  record Known(long id, URI manifest, String sha256) {}

  /** The last export of a partition. */
  Optional<Known> last(String database, TableName partition) {
    return known(
        "partition_schema = ? and partition_name = ?",
        database,
        partition.schema(),
        partition.name());
  }

  /** The export with this manifest. */
  Optional<Known> of(String database, URI manifest) {
    return known("export_uri = ? and ? is not null", database, manifest.toString(), "");
  }

  private Optional<Known> known(String where, String database, String first, String second) {
    String sql =
        """
        select id, export_uri, export_sha256 from sluice.expired_partition
        where database = ? and export_uri is not null and %s
        order by decided_at desc, id desc limit 1
        """
            .formatted(where);
    return ledger.ledger(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, database);
            select.setString(2, first);
            select.setString(3, second);
            try (ResultSet row = select.executeQuery()) {
              return row.next()
                  ? Optional.of(
                      new Known(row.getLong(1), URI.create(row.getString(2)), row.getString(3)))
                  : Optional.empty();
            }
          }
        });
  }

  /** Keeps rotation away from a table until then; before the table is attached. */
  void hold(long id, long oid, Instant until) {
    ledger.durable(
        connection -> {
          String sql = "update sluice.expired_partition set oid = ?, hold_until = ? where id = ?";
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setLong(1, oid);
            update.setObject(2, until.atOffset(ZoneOffset.UTC));
            update.setLong(3, id);
            return update.executeUpdate();
          }
        });
  }

  /** The same for an export that the ledger does not know; returns its id. */
  long hold(String task, String database, Manifest manifest, long oid, Instant until) {
    String sql =
        """
        insert into sluice.expired_partition (task, database, schema_name, parent_name,
          partition_schema, partition_name, oid, lower_bound, upper_bound, action, rows, bytes,
          decided_at, done_at, hold_until)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'drop', ?, ?, ?, ?, ?) returning id
        """;
    return ledger
        .durable(
            connection -> {
              try (PreparedStatement insert = connection.prepareStatement(sql)) {
                insert.setString(1, task);
                insert.setString(2, database);
                insert.setString(3, manifest.schema());
                insert.setString(4, manifest.parent());
                insert.setString(5, manifest.partitionSchema());
                insert.setString(6, manifest.partition());
                insert.setLong(7, oid);
                insert.setString(8, manifest.lower());
                insert.setString(9, manifest.upper());
                insert.setLong(10, manifest.rows());
                insert.setLong(11, manifest.bytes());
                insert.setObject(12, manifest.exportedAt().atOffset(ZoneOffset.UTC));
                insert.setObject(13, manifest.exportedAt().atOffset(ZoneOffset.UTC));
                insert.setObject(14, until.atOffset(ZoneOffset.UTC));
                try (ResultSet row = insert.executeQuery()) {
                  row.next();
                  return OptionalLong.of(row.getLong(1));
                }
              }
            })
        .getAsLong();
  }

  /** The table is back. */
  void restored(long id, Instant at) {
    ledger.durable(
        connection -> {
          String sql = "update sluice.expired_partition set restored_at = ? where id = ?";
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setObject(1, at.atOffset(ZoneOffset.UTC));
            update.setLong(2, id);
            return update.executeUpdate();
          }
        });
  }
}
