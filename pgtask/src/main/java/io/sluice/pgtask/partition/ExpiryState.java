package io.sluice.pgtask.partition;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.expired.ExpiredLedger.ExpiringPartition;
import io.sluice.pgtask.run.StepContext;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;

/** How far a partition got on its way out, as the database's catalogue says. */
enum ExpiryState {
  /** A partition still. */
  ATTACHED,
  /** A DETACH CONCURRENTLY was broken off. */
  PENDING,
  /** A table of its own, under its name. */
  DETACHED,
  /** A table of its own in the archive. */
  ARCHIVED,
  /** Dropped. */
  GONE,
  /** Renamed, moved or attached elsewhere by somebody: not ours any more. */
  FOREIGN;

  private static final String SQL =
      """
      select n.nspname, c.relname, pn.nspname, p.relname, coalesce(i.inhdetachpending, false)
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      left join pg_inherits i on i.inhrelid = c.oid
      left join pg_class p on p.oid = i.inhparent
      left join pg_namespace pn on pn.oid = p.relnamespace
      where c.oid = ?
      """;

  static ExpiryState of(StepContext context, ExpiringPartition expiring) throws SQLException {
    return context.read(connection -> of(connection, expiring));
  }

  static ExpiryState of(Connection connection, ExpiringPartition expiring) throws SQLException {
    return Sql.first(connection, SQL, row -> of(row, expiring), expiring.oid()).orElse(GONE);
  }

  private static ExpiryState of(ResultSet row, ExpiringPartition expiring) throws SQLException {
    TableName name = TableName.read(row);
    if (row.getString(4) != null) {
      boolean same =
          name.equals(expiring.partition())
              && expiring.parent().equals(new TableName(row.getString(3), row.getString(4)));
      return !same ? FOREIGN : row.getBoolean(5) ? PENDING : ATTACHED;
    }
    if (name.equals(expiring.partition())) {
      return DETACHED;
    }
    return expiring
            .archiveSchema()
            .map(schema -> name.equals(new TableName(schema, expiring.partition().name())))
            .orElse(false)
        ? ARCHIVED
        : FOREIGN;
  }
}
