package io.sluice.pgtask.expired;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Sql.RowMapper;
import io.sluice.core.sql.Transactions;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.TaskRun;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * sluice.expired_partition, for one database: what is on its way out, written before the first
 * change; where its rows are; what came back. Rows are found by oid while they are open.
 */
public final class ExpiredLedger {

  /** How it is changed. */
  @FunctionalInterface
  private interface Changes {
    <T> T change(Transactions ledger, Transactions.Body<T> body);
  }

  private final Transactions ledger;
  private final String database;
  private final Changes changes;

  /**
   * To be read only.
   *
   * @param ledger of the warehouse
   * @param database that the partitions are in, by its name in Sluice
   */
  public ExpiredLedger(Transactions ledger, String database) {
    this(ledger, database, ExpiredLedger::refuse);
  }

  private static <T> T refuse(Transactions ledger, Transactions.Body<T> body) {
    throw new IllegalStateException("only a run changes what expires");
  }

  /** The ledger of a run's database, which it changes as long as nobody has taken it over. */
  public static ExpiredLedger of(Transactions ledger, TaskRun run) {
    return new ExpiredLedger(ledger, run.task().database(), run::change);
  }

  private ExpiredLedger(Transactions ledger, String database, Changes changes) {
    this.ledger = ledger;
    this.database = database;
    this.changes = changes;
  }

  /**
   * A partition on its way out.
   *
   * @param task that decided it
   * @param lower literal of its lower bound
   * @param action drop, keep or archive
   * @param exported whether it was saved already
   */
  public record ExpiringPartition(
      String task,
      TableName parent,
      TableName partition,
      long oid,
      String lower,
      String upper,
      String action,
      Optional<String> archiveSchema,
      long bytes,
      boolean exported) {

    /** The same after its export. */
    public ExpiringPartition saved() {
      return new ExpiringPartition(
          task, parent, partition, oid, lower, upper, action, archiveSchema, bytes, true);
    }

    /** The same with another end. */
    public ExpiringPartition to(String action, Optional<String> archiveSchema) {
      return new ExpiringPartition(
          task, parent, partition, oid, lower, upper, action, archiveSchema, bytes, exported);
    }
  }

  /**
   * An export.
   *
   * @param manifest where it is
   * @param sha256 of it
   */
  public record Export(long id, URI manifest, String sha256) {}

  /**
   * A partition that expired, for people.
   *
   * @param action drop, keep or archive
   * @param rows counted by the export; null without
   * @param exportUri of the export's manifest; null without
   * @param done whether it is out
   * @param restored whether it was brought back
   */
  public record Expired(
      TableName partition,
      String lower,
      String upper,
      String action,
      String archiveSchema,
      Long rows,
      long bytes,
      String exportUri,
      boolean done,
      boolean restored) {}

  /** Writes the intention; nothing if it stands already. */
  public void decide(ExpiringPartition leaving, Instant at) {
    change(
        """
        insert into sluice.expired_partition (task, database, schema_name, parent_name, partition_schema,
          partition_name, oid, lower_bound, upper_bound, action, archive_schema, bytes, decided_at)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (database, oid) where done_at is null do nothing
        """,
        leaving.task,
        database,
        leaving.parent.schema(),
        leaving.parent.name(),
        leaving.partition.schema(),
        leaving.partition.name(),
        leaving.oid,
        leaving.lower,
        leaving.upper,
        leaving.action,
        leaving.archiveSchema,
        leaving.bytes,
        at);
  }

  /** Something else is to become of it than what was decided first. */
  public void decideAgain(ExpiringPartition leaving) {
    change(
        """
        update sluice.expired_partition set action = ?, archive_schema = ?
        where database = ? and oid = ? and done_at is null
        """,
        leaving.action,
        leaving.archiveSchema,
        database,
        leaving.oid);
  }

  /**
   * The rows are saved, and none was written since.
   *
   * @param sha256 of the manifest
   */
  public void exported(long oid, long rows, URI manifest, String sha256) {
    change(
        """
        update sluice.expired_partition set rows = ?, export_uri = ?, export_sha256 = ?
        where database = ? and oid = ? and done_at is null
        """,
        rows,
        manifest.toString(),
        sha256,
        database,
        oid);
  }

  /** It is out. */
  public void done(long oid, Instant at) {
    change(
        "update sluice.expired_partition set done_at = ?"
            + " where database = ? and oid = ? and done_at is null",
        at,
        database,
        oid);
  }

  /** Takes back an intention that nothing has come of. */
  public void withdraw(long oid) {
    change(
        "delete from sluice.expired_partition where database = ? and oid = ? and done_at is null",
        database,
        oid);
  }

  /**
   * What was begun and not ended, oldest first: by this task, or, should a task have been renamed,
   * of its tables.
   */
  public List<ExpiringPartition> open(String task, Collection<TableName> tables) {
    return all(
        """
        select task, schema_name, parent_name, partition_schema, partition_name, oid::int8, lower_bound,
               upper_bound, action, archive_schema, bytes, export_sha256 is not null
        from sluice.expired_partition
        where database = ? and done_at is null
          and (task = ? or (schema_name, parent_name) in (select * from unnest(?::text[], ?::text[])))
        order by decided_at, id
        """,
        ExpiredLedger::expiring,
        database,
        task,
        Sql.array("text", tables, TableName::schema),
        Sql.array("text", tables, TableName::name));
  }

  /**
   * A partition as the ledger knows it.
   *
   * @param id of its row
   */
  public record Known(long id, ExpiringPartition partition) {}

  /** What was last decided of a partition of this name, ended or not. */
  public Optional<Known> last(TableName partition) {
    return all(
            """
            select task, schema_name, parent_name, partition_schema, partition_name, oid::int8, lower_bound,
                   upper_bound, action, archive_schema, bytes, export_sha256 is not null, id
            from sluice.expired_partition
            where database = ? and partition_schema = ? and partition_name = ?
            order by decided_at desc, id desc limit 1
            """,
            row -> new Known(row.getLong(13), expiring(row)),
            database,
            partition.schema(),
            partition.name())
        .stream()
        .findFirst();
  }

  private static ExpiringPartition expiring(ResultSet row) throws SQLException {
    return new ExpiringPartition(
        row.getString(1),
        new TableName(row.getString(2), row.getString(3)),
        new TableName(row.getString(4), row.getString(5)),
        row.getLong(6),
        row.getString(7),
        row.getString(8),
        row.getString(9),
        Optional.ofNullable(row.getString(10)),
        row.getLong(11),
        row.getBoolean(12));
  }

  /** Names of partitions that were restored and are to stay for now. */
  public List<TableName> held(Instant now) {
    return all(
        "select partition_schema, partition_name from sluice.expired_partition"
            + " where database = ? and hold_until > ?",
        TableName::read,
        database,
        now);
  }

  /** Of one table, the last that expired first. */
  public List<Expired> of(TableName parent, int limit) {
    return all(
        """
        select partition_schema, partition_name, lower_bound, upper_bound, action, archive_schema, rows,
               bytes, export_uri, done_at is not null, restored_at is not null
        from sluice.expired_partition
        where database = ? and schema_name = ? and parent_name = ?
        order by decided_at desc, id desc limit ?
        """,
        row ->
            new Expired(
                TableName.read(row),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getObject(7, Long.class),
                row.getLong(8),
                row.getString(9),
                row.getBoolean(10),
                row.getBoolean(11)),
        database,
        parent.schema(),
        parent.name(),
        limit);
  }

  /** The last export of a partition. */
  public Optional<Export> lastExport(TableName partition) {
    return export(
        "partition_schema = ? and partition_name = ?", partition.schema(), partition.name());
  }

  /** The export with this manifest. */
  public Optional<Export> export(URI manifest) {
    return export("export_uri = ?", manifest.toString());
  }

  private Optional<Export> export(String where, String... values) {
    String sql =
        """
        select id, export_uri, export_sha256 from sluice.expired_partition
        where %s and database = ? and export_uri is not null
        order by decided_at desc, id desc limit 1
        """
            .formatted(where);
    List<Object> parameters = new ArrayList<>(List.of(values));
    parameters.add(database);
    return all(
            sql,
            row -> new Export(row.getLong(1), URI.create(row.getString(2)), row.getString(3)),
            parameters.toArray())
        .stream()
        .findFirst();
  }

  /** Keeps rotation away from a table until then; before the table is attached. */
  public void hold(long id, long oid, Instant until) {
    change(
        "update sluice.expired_partition set oid = ?, hold_until = ? where id = ?", oid, until, id);
  }

  /**
   * The same for an export that the ledger does not know.
   *
   * @param gone when the partition was saved
   * @return the id of its row
   */
  public long hold(ExpiringPartition leaving, long rows, Instant gone, Instant until) {
    String sql =
        """
        insert into sluice.expired_partition (task, database, schema_name, parent_name,
          partition_schema, partition_name, oid, lower_bound, upper_bound, action, rows, bytes,
          decided_at, done_at, hold_until)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id
        """;
    return change(
        connection ->
            Sql.number(
                connection,
                sql,
                leaving.task,
                database,
                leaving.parent.schema(),
                leaving.parent.name(),
                leaving.partition.schema(),
                leaving.partition.name(),
                leaving.oid,
                leaving.lower,
                leaving.upper,
                leaving.action,
                rows,
                leaving.bytes,
                gone,
                gone,
                until));
  }

  /** The table is back. */
  public void restored(long id, Instant at) {
    change("update sluice.expired_partition set restored_at = ? where id = ?", at, id);
  }

  private void change(String sql, Object... values) {
    change(connection -> Sql.update(connection, sql, values));
  }

  private <T> T change(Transactions.Body<T> body) {
    return changes.change(ledger, body);
  }

  private <T> List<T> all(String sql, RowMapper<T> mapper, Object... values) {
    return ledger.ledger(connection -> Sql.list(connection, sql, mapper, values));
  }
}
