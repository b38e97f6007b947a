package io.sluice.loader;

import io.sluice.core.sql.DatabaseException;
import io.sluice.core.sql.Transactions;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Finds which tables of a batch the database refused, and says what is missing. */
final class Refusals {

  private final Transactions transactions;

  Refusals(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * @throws DatabaseException the failure itself, when no table of the batch explains it
   */
  RefusedTarget explain(Collection<Integer> tableIds, DatabaseException failure) {
    List<String> lacks = new ArrayList<>();
    Set<Integer> refused =
        transactions.ledger(connection -> missingGrants(connection, tableIds, lacks));
    if (refused.isEmpty()) {
      throw failure;
    }
    return new RefusedTarget(
        refused,
        "privilege",
        String.join("; ", lacks) + "; then run: sluice parked resume",
        failure);
  }

  private static Set<Integer> missingGrants(
      Connection connection, Collection<Integer> tableIds, List<String> lacks) throws SQLException {
    String sql =
        """
        with wanted as (
          select t.id, g.schema_name as s, t.table_name as t, n.oid as schema_oid, c.oid as table_oid
          from sluice.target_table t join sluice.target g on g.id = t.target_id
          left join pg_namespace n on n.nspname = g.schema_name
          left join pg_class c on c.relnamespace = n.oid and c.relname = t.table_name
          where t.id = any (?))
        select id, current_user, format('USAGE on schema %I', s) from wanted
        where schema_oid is not null and not has_schema_privilege(schema_oid, 'USAGE')
        union all
        select id, current_user, format('%s on table %I.%I', p, s, t) from wanted,
          unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as p
        where table_oid is not null and not has_table_privilege(table_oid, p)
        order by 1, 3
        """;
    Array ids = connection.createArrayOf("int", tableIds.toArray());
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setArray(1, ids);
      try (ResultSet rows = query.executeQuery()) {
        Set<Integer> refused = new TreeSet<>();
        while (rows.next()) {
          refused.add(rows.getInt(1));
          lacks.add("role %s lacks %s".formatted(rows.getString(2), rows.getString(3)));
        }
        return refused;
      }
    }
  }
}
