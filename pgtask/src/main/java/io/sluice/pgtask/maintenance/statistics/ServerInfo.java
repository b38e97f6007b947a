package io.sluice.pgtask.maintenance.statistics;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.run.StepContext;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * What a database's server is and has.
 *
 * @param page bytes of a page
 * @param pgstattuple schema of the extension, if it is installed and this role may use it
 * @param sampledPages pages that ANALYZE reads of a table at most
 */
public record ServerInfo(
    int major, int page, String role, Optional<String> pgstattuple, long sampledPages) {

  private static final String SQL =
      """
      select current_setting('server_version_num')::int / 10000, current_setting('block_size')::int,
        current_user,
        (select n.nspname from pg_catalog.pg_extension e
           join pg_catalog.pg_namespace n on n.oid = e.extnamespace
           join pg_catalog.pg_proc p on p.pronamespace = n.oid and p.proname = 'pgstatindex'
         where e.extname = 'pgstattuple' and has_schema_privilege(n.oid, 'USAGE')
           and has_function_privilege(p.oid, 'EXECUTE') limit 1),
        300 * current_setting('default_statistics_target')::bigint
      """;

  /** Asks the server. */
  public static ServerInfo read(StepContext context) throws SQLException {
    return context.read(connection -> Sql.one(connection, SQL, ServerInfo::of));
  }

  private static ServerInfo of(ResultSet row) throws SQLException {
    return new ServerInfo(
        row.getInt(1),
        row.getInt(2),
        row.getString(3),
        Optional.ofNullable(row.getString(4)),
        row.getLong(5));
  }

  /** Until PostgreSQL 14 what statistics show may be half a second old; later they are not. */
  public void awaitStatistics(StepContext context) throws SQLException {
    if (major < 15) {
      context.read(connection -> Sql.exists(connection, "select pg_sleep(0.6)"));
    }
  }
}
