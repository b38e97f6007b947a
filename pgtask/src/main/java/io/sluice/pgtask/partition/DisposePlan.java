package io.sluice.pgtask.partition;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.expired.ExpiredLedger;
import io.sluice.pgtask.expired.ExpiredLedger.ExpiringPartition;
import io.sluice.pgtask.task.HumanFormat;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reads what must be said to drop, keep or archive a partition. */
final class DisposePlan {

  /** Constraints first: dropping one drops its index. */
  private static final String INDEXES =
      """
      select con.conname, n.nspname, i.relname
      from pg_index x join pg_class i on i.oid = x.indexrelid join pg_namespace n on n.oid = i.relnamespace
      left join pg_constraint con on con.conindid = x.indexrelid and con.conrelid = x.indrelid
        and con.contype in ('p', 'u', 'x')
      where x.indrelid = ? order by con.conname nulls last, i.relname
      """;

  /**
   * IF NOT EXISTS asks for the right to make one even where it is there, and does not see one that
   * is being made, such as for another table.
   */
  private static final String MAKE_SCHEMA =
      "begin if to_regnamespace(%s) is null then create schema %s; end if; exception when unique_violation or duplicate_schema then null; end";

  private static final String PARTS =
      """
      select n.nspname, c.relname from pg_partition_tree(?::oid::regclass) t
      join pg_class c on c.oid = t.relid join pg_namespace n on n.oid = c.relnamespace
      where t.level > 0 order by 1, 2
      """;

  private DisposePlan() {}

  /**
   * @param indexes whether a kept or archived partition keeps its indexes
   */
  static DisposeStep of(
      Connection connection,
      ExpiringPartition expiring,
      boolean indexes,
      ExpiredLedger ledger,
      Instant now)
      throws SQLException {
    String table = expiring.partition().sql();
    return switch (expiring.action()) {
      case "drop" ->
          new DisposeStep(
              expiring,
              "drop %s, %s".formatted(expiring.partition(), HumanFormat.bytes(expiring.bytes())),
              List.of("drop table " + table),
              "bytesFreed",
              ledger,
              now);
      case "keep" ->
          new DisposeStep(
              expiring,
              "keep %s as a standalone table%s"
                  .formatted(expiring.partition(), indexes ? "" : ", without indexes"),
              indexes ? List.of() : dropIndexes(connection, expiring),
              "bytesKept",
              ledger,
              now);
      default -> archive(connection, expiring, indexes, ledger, now);
    };
  }

  private static DisposeStep archive(
      Connection connection,
      ExpiringPartition expiring,
      boolean indexes,
      ExpiredLedger ledger,
      Instant now)
      throws SQLException {
    String schema = expiring.archiveSchema().orElseThrow();
    String name = SqlNames.quote(schema);
    List<String> sql = new ArrayList<>();
    sql.add("do " + SqlNames.literal(MAKE_SCHEMA.formatted(SqlNames.literal(name), name)));
    if (!indexes) {
      sql.addAll(dropIndexes(connection, expiring));
    }
    for (TableName part : Sql.list(connection, PARTS, TableName::read, expiring.oid())) {
      sql.add(move(part, schema));
    }
    sql.add(move(expiring.partition(), schema));
    String description =
        "move %s to schema %s%s"
            .formatted(expiring.partition(), schema, indexes ? "" : ", without indexes");
    return new DisposeStep(expiring, description, sql, "bytesArchived", ledger, now);
  }

  private static String move(TableName table, String schema) {
    return "alter table %s set schema %s".formatted(table.sql(), SqlNames.quote(schema));
  }

  private static List<String> dropIndexes(Connection connection, ExpiringPartition expiring)
      throws SQLException {
    return Sql.list(
        connection,
        INDEXES,
        row ->
            row.getString(1) != null
                ? "alter table %s drop constraint %s"
                    .formatted(expiring.partition().sql(), SqlNames.quote(row.getString(1)))
                : "drop index " + SqlNames.qualified(row.getString(2), row.getString(3)),
        expiring.oid());
  }
}
