package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.maintenance.statistics.TableInfo;

/**
 * VACUUM and ANALYZE as text; see https://www.postgresql.org/docs/current/sql-vacuum.html
 *
 * @param workers processes that may vacuum indexes beside the session
 */
record VacuumSql(int workers) {

  String vacuum(TableInfo table) {
    return sql(table, "");
  }

  String freeze(TableInfo table) {
    return sql(table, "freeze, ");
  }

  private String sql(TableInfo table, String more) {
    int parallel = table.indexes() > 1 ? Math.min(workers, table.indexes()) : 0;
    return "vacuum (%sindex_cleanup auto, parallel %d) %s"
        .formatted(more, parallel, table.name().sql());
  }
}
