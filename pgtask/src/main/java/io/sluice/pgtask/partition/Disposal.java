package io.sluice.pgtask.partition;

import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.expired.ExpiredLedger;
import io.sluice.pgtask.expired.ExpiredLedger.Leaving;
import io.sluice.pgtask.task.Sizes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reads what must be said to drop, keep or archive a partition. */
final class Disposal {

  /** Constraints first: dropping one drops its index. */
  private static final String INDEXES =
      """
      select con.conname, n.nspname, i.relname
      from pg_index x join pg_class i on i.oid = x.indexrelid join pg_namespace n on n.oid = i.relnamespace
      left join pg_constraint con on con.conindid = x.indexrelid and con.conrelid = x.indrelid
        and con.contype in ('p', 'u', 'x')
      where x.indrelid = ? order by con.conname nulls last, i.relname
      """;

  private static final String PARTS =
      """
      select n.nspname, c.relname from pg_partition_tree(?::oid::regclass) t
      join pg_class c on c.oid = t.relid join pg_namespace n on n.oid = c.relnamespace
      where t.level > 0 order by 1, 2
      """;

  private Disposal() {}

  /**
   * @param indexes whether a kept or archived partition keeps its indexes
   */
  static Dispose of(
      Connection connection, Leaving leaving, boolean indexes, ExpiredLedger ledger, Instant now)
      throws SQLException {
    String table = leaving.partition().sql();
    return switch (leaving.action()) {
      case "drop" ->
          new Dispose(
              leaving,
              "drop %s, %s".formatted(leaving.partition(), Sizes.words(leaving.bytes())),
              List.of("drop table " + table),
              "bytesFreed",
              ledger,
              now);
      case "keep" ->
          new Dispose(
              leaving,
              "leave %s as a table of its own%s"
                  .formatted(leaving.partition(), indexes ? "" : ", without indexes"),
              indexes ? List.of() : dropIndexes(connection, leaving),
              "bytesKept",
              ledger,
              now);
      default -> archive(connection, leaving, indexes, ledger, now);
    };
  }

  private static Dispose archive(
      Connection connection, Leaving leaving, boolean indexes, ExpiredLedger ledger, Instant now)
      throws SQLException {
    String schema = leaving.archiveSchema().orElseThrow();
    List<String> sql = new ArrayList<>();
    if (!schemaExists(connection, schema)) {
      sql.add("create schema if not exists " + SqlNames.quote(schema));
    }
    if (!indexes) {
      sql.addAll(dropIndexes(connection, leaving));
    }
    for (TableName part : parts(connection, leaving.oid())) {
      sql.add(move(part, schema));
    }
    sql.add(move(leaving.partition(), schema));
    String words =
        "move %s to schema %s%s"
            .formatted(leaving.partition(), schema, indexes ? "" : ", without indexes");
    return new Dispose(leaving, words, sql, "bytesArchived", ledger, now);
  }

  private static String move(TableName table, String schema) {
    return "alter table %s set schema %s".formatted(table.sql(), SqlNames.quote(schema));
  }

  private static boolean schemaExists(Connection connection, String schema) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("select exists (select from pg_namespace where nspname = ?)")) {
      query.setString(1, schema);
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private static List<String> dropIndexes(Connection connection, Leaving leaving)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(INDEXES)) {
      query.setLong(1, leaving.oid());
      try (ResultSet row = query.executeQuery()) {
        List<String> sql = new ArrayList<>();
        while (row.next()) {
          sql.add(
              row.getString(1) != null
                  ? "alter table %s drop constraint %s"
                      .formatted(leaving.partition().sql(), SqlNames.quote(row.getString(1)))
                  : "drop index " + SqlNames.qualified(row.getString(2), row.getString(3)));
        }
        return sql;
      }
    }
  }

  private static List<TableName> parts(Connection connection, long oid) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(PARTS)) {
      query.setLong(1, oid);
      try (ResultSet row = query.executeQuery()) {
        List<TableName> parts = new ArrayList<>();
        while (row.next()) {
          parts.add(new TableName(row.getString(1), row.getString(2)));
        }
        return parts;
      }
    }
  }
}
