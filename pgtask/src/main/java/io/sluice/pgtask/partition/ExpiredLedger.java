package io.sluice.pgtask.partition;

import io.sluice.core.ledger.Transactions;
import io.sluice.pgtask.catalog.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * sluice.expired_partition: what is on its way out, written before the first change. Rows are found
 * by database and oid while they are open.
 */
final class ExpiredLedger {

  private static final String INSERT =
      """
      insert into sluice.expired_partition (task, database, schema_name, parent_name, partition_schema,
        partition_name, oid, lower_bound, upper_bound, action, archive_schema, bytes, decided_at)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      on conflict (database, oid) where done_at is null do nothing
      """;

  private static final String OPEN =
      """
      select schema_name, parent_name, partition_schema, partition_name, oid::int8, lower_bound, upper_bound,
             action, archive_schema, bytes, export_sha256 is not null
      from sluice.expired_partition
      where database = ? and (task = ? or schema_name || '.' || parent_name = any (?)) and done_at is null
      order by decided_at, id
      """;

  private final Transactions ledger;
  private final String database;
  private final String task;

  ExpiredLedger(Transactions ledger, String database, String task) {
    this.ledger = ledger;
    this.database = database;
    this.task = task;
  }

  /**
   * A partition on its way out.
   *
   * @param lower literal of its lower bound
   * @param action drop, keep or archive
   * @param exported whether it was saved already
   */
  record Leaving(
      TableName parent,
      TableName partition,
      long oid,
      String lower,
      String upper,
      String action,
      Optional<String> archiveSchema,
      long bytes,
      boolean exported) {}

  /** Writes the intention; nothing if it stands already. */
  void decide(Leaving leaving, Instant at) {
    ledger.durable(
        connection -> {
          try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setString(1, task);
            insert.setString(2, database);
            insert.setString(3, leaving.parent.schema());
            insert.setString(4, leaving.parent.name());
            insert.setString(5, leaving.partition.schema());
            insert.setString(6, leaving.partition.name());
            insert.setLong(7, leaving.oid);
            insert.setString(8, leaving.lower);
            insert.setString(9, leaving.upper);
            insert.setString(10, leaving.action);
            insert.setString(11, leaving.archiveSchema.orElse(null));
            insert.setLong(12, leaving.bytes);
            insert.setObject(13, at.atOffset(ZoneOffset.UTC));
            return insert.executeUpdate();
          }
        });
  }

  void exported(long oid, BeforeDrop.Saved saved) {
    ledger.durable(
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "update sluice.expired_partition set rows = ?, export_uri = ?, export_sha256 = ?"
                      + " where database = ? and oid = ? and done_at is null")) {
            update.setLong(1, saved.rows());
            update.setString(2, saved.manifest().toString());
            update.setString(3, saved.sha256());
            update.setString(4, database);
            update.setLong(5, oid);
            return update.executeUpdate();
          }
        });
  }

  void done(long oid, Instant at) {
    ledger.durable(
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "update sluice.expired_partition set done_at = ?"
                      + " where database = ? and oid = ? and done_at is null")) {
            update.setObject(1, at.atOffset(ZoneOffset.UTC));
            update.setString(2, database);
            update.setLong(3, oid);
            return update.executeUpdate();
          }
        });
  }

  /** Takes back an intention that nothing has come of. */
  void withdraw(long oid) {
    ledger.durable(
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement(
                  "delete from sluice.expired_partition"
                      + " where database = ? and oid = ? and done_at is null")) {
            delete.setString(1, database);
            delete.setLong(2, oid);
            return delete.executeUpdate();
          }
        });
  }

  /**
   * What was begun and not ended, oldest first: by this task, or, should a task have been renamed,
   * of its tables.
   */
  List<Leaving> open(Collection<TableName> tables) {
    return ledger.ledger(connection -> readOpen(connection, tables));
  }

  private List<Leaving> readOpen(Connection connection, Collection<TableName> tables)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(OPEN)) {
      query.setString(1, database);
      query.setString(2, task);
      query.setArray(
          3, connection.createArrayOf("text", tables.stream().map(TableName::toString).toArray()));
      try (ResultSet row = query.executeQuery()) {
        List<Leaving> open = new ArrayList<>();
        while (row.next()) {
          open.add(
              new Leaving(
                  new TableName(row.getString(1), row.getString(2)),
                  new TableName(row.getString(3), row.getString(4)),
                  row.getLong(5),
                  row.getString(6),
                  row.getString(7),
                  row.getString(8),
                  Optional.ofNullable(row.getString(9)),
                  row.getLong(10),
                  row.getBoolean(11)));
        }
        return open;
      }
    }
  }

  /** Names of partitions that were restored and are to stay for now. */
  List<TableName> held(Instant now) {
    return ledger.ledger(
        connection -> {
          try (PreparedStatement query =
              connection.prepareStatement(
                  "select partition_schema, partition_name from sluice.expired_partition"
                      + " where database = ? and hold_until > ?")) {
            query.setString(1, database);
            query.setObject(2, now.atOffset(ZoneOffset.UTC));
            try (ResultSet row = query.executeQuery()) {
              List<TableName> held = new ArrayList<>();
              while (row.next()) {
                held.add(new TableName(row.getString(1), row.getString(2)));
              }
              return held;
            }
          }
        });
  }
}
