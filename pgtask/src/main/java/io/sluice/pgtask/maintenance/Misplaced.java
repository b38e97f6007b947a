package io.sluice.pgtask.maintenance;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.run.StepContext;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Tables that do not lie in a tablespace as a whole. In pg_class no tablespace means the database's
 * own; see https://www.postgresql.org/docs/current/catalog-pg-class.html
 */
final class Misplaced {

  private static final String IS_DEFAULT =
      """
      select s.oid = d.dattablespace from pg_catalog.pg_tablespace s, pg_catalog.pg_database d
      where d.datname = current_database() and s.spcname = ? and s.spcname <> 'pg_global'
      """;

  private static final String ELSEWHERE =
      """
      select c.oid::bigint from pg_catalog.pg_class c
      join pg_catalog.pg_database d on d.datname = current_database()
      where c.oid = any (?::bigint[]::oid[]) and exists (
        select from (select c.oid union all select c.reltoastrelid union all
            select i.indexrelid from pg_catalog.pg_index i where i.indrelid = c.oid) as part (oid)
          join pg_catalog.pg_class x on x.oid = part.oid
        where coalesce(nullif(x.reltablespace, 0), d.dattablespace)
          <> (select s.oid from pg_catalog.pg_tablespace s where s.spcname = ?))
      """;

  private Misplaced() {}

  /**
   * Whether it is the database's own, which needs no privilege; empty if tables cannot lie there.
   */
  static Optional<Boolean> isDefault(StepContext context, String tablespace) throws SQLException {
    return context.read(c -> Sql.first(c, IS_DEFAULT, row -> row.getBoolean(1), tablespace));
  }

  /** Those of which the rows, their TOAST or an index lie elsewhere, by oid. */
  static Set<Long> of(StepContext context, Collection<TableInfo> tables, String tablespace)
      throws SQLException {
    return new HashSet<>(
        context.read(
            c ->
                Sql.list(
                    c,
                    ELSEWHERE,
                    row -> row.getLong(1),
                    Sql.array("bigint", tables, TableInfo::oid),
                    tablespace)));
  }
}
