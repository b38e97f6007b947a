package io.sluice.loader.check;

import io.sluice.core.sql.DatabaseException;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.loader.table.RefusedTarget;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds which tables of a batch the database refused, and says what is missing. */
public final class Refusals {

  private static final String MISSING_GRANTS =
      """
      with wanted as (
        select t.id, g.schema_name as s, t.table_name as t, n.oid as schema_oid
        from sluice.target_table t join sluice.target g on g.id = t.target_id
        left join pg_namespace n on n.nspname = g.schema_name
        where t.id = any (?))
      select id, current_user as role, format('USAGE on schema %I', s) as lack from wanted
      where schema_oid is not null and not has_schema_privilege(schema_oid, 'USAGE')
      union all
      select w.id, current_user, format('%s on table %I.%I', p, w.s, c.relname) from wanted w
      cross join lateral (
        select w.t as name, unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as p
        union all select unnest(array['dim_element', 'dim_object', 'dim_counter']), 'SELECT') n
      join pg_class c on c.relnamespace = w.schema_oid and c.relname = n.name
      where not has_table_privilege(c.oid, p)
      order by 1, 3
      """;

  private record Lack(int tableId, String words) {}

  private final Transactions transactions;

  public Refusals(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * @throws DatabaseException the failure itself, when no table of the batch explains it
   */
  public RefusedTarget explain(Collection<Integer> tableIds, DatabaseException failure) {
    List<Lack> lacks =
        transactions.ledger(
            connection ->
                Sql.list(
                    connection,
                    MISSING_GRANTS,
                    row ->
                        new Lack(
                            row.getInt("id"),
                            "role %s lacks %s"
                                .formatted(row.getString("role"), row.getString("lack"))),
                    Sql.ints(tableIds)));
    if (lacks.isEmpty()) {
      throw failure;
    }
    Set<Integer> refused = lacks.stream().map(Lack::tableId).collect(Collectors.toSet());
    String words = lacks.stream().map(Lack::words).distinct().collect(Collectors.joining("; "));
    return new RefusedTarget(
        refused,
        "privilege",
        words + "; grant it, the files are tried again every few minutes",
        failure);
  }
}
