package io.sluice.pgtask.partition;

import io.sluice.core.ledger.SqlNames;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.task.PartitionSpec;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds, before anything is tried, which grants the session's role lacks. */
final class Rights {

  private static final String TABLES =
      """
      select n.nspname, c.relname, current_user, pg_get_userbyid(c.relowner),
             pg_has_role(c.relowner, 'USAGE'), has_schema_privilege(n.oid, 'CREATE'),
             has_schema_privilege(c.relowner, n.oid, 'CREATE')
      from unnest(?::oid[]) o (oid) join pg_class c on c.oid = o.oid join pg_namespace n on n.oid = c.relnamespace
      """;

  private Rights() {}

  /** What is missing for each table, with the grants to give. */
  static Map<TableName, String> missing(
      Connection connection, List<PartitionedTable> tables, PartitionSpec spec)
      throws SQLException {
    Map<TableName, String> missing = new LinkedHashMap<>();
    try (PreparedStatement query = connection.prepareStatement(TABLES)) {
      query.setArray(
          1,
          connection.createArrayOf("int8", tables.stream().map(PartitionedTable::oid).toArray()));
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          List<String> grants = grants(row, spec);
          TableName table = new TableName(row.getString(1), row.getString(2));
          if (!grants.isEmpty()) {
            missing.put(
                table,
                "%s is left alone: role %s lacks rights on it. Let an administrator run: %s"
                    .formatted(table, row.getString(3), String.join("; ", grants)));
          }
        }
      }
    }
    return missing;
  }

  private static List<String> grants(ResultSet row, PartitionSpec spec) throws SQLException {
    String schema = SqlNames.quote(row.getString(1));
    String role = SqlNames.quote(row.getString(3));
    String owner = SqlNames.quote(row.getString(4));
    List<String> grants = new ArrayList<>();
    if (!row.getBoolean(5)) {
      grants.add("grant " + owner + " to " + role);
    }
    if (!row.getBoolean(6)) {
      grants.add("grant create on schema " + schema + " to " + role);
    }
    if (spec.template().privileges() && !row.getBoolean(7)) {
      grants.add("grant create on schema " + schema + " to " + owner);
    }
    return grants;
  }

  /** What is missing for the whole task: the archive's schema, the tablespace. */
  static Optional<String> missing(Connection connection, PartitionSpec spec) throws SQLException {
    if (spec.expired() instanceof PartitionSpec.Expired.Archive archive) {
      String sql =
          """
          select current_user, current_database(), exists (select from pg_namespace where nspname = ?),
                 coalesce((select has_schema_privilege(oid, 'CREATE') from pg_namespace where nspname = ?),
                          has_database_privilege(current_database(), 'CREATE'))
          """;
      try (PreparedStatement query = connection.prepareStatement(sql)) {
        query.setString(1, archive.schema());
        query.setString(2, archive.schema());
        try (ResultSet row = query.executeQuery()) {
          row.next();
          if (!row.getBoolean(4)) {
            String on =
                row.getBoolean(3)
                    ? "schema " + SqlNames.quote(archive.schema())
                    : "database " + SqlNames.quote(row.getString(2));
            return Optional.of(
                "role %s may not archive to schema %s. Let an administrator run: grant create on %s to %s"
                    .formatted(
                        row.getString(1), archive.schema(), on, SqlNames.quote(row.getString(1))));
          }
        }
      }
    }
    return Optional.empty();
  }
}
