package io.sluice.pgtask.catalog;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;

/**
 * Which running server this is.
 *
 * @param system its system identifier, which copies of it share; empty where the role may not ask
 * @param started when, to the microsecond, which they do not share
 */
public record ServerIdentity(String system, Instant started) {

  /** See https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-CONTROLDATA */
  public static ServerIdentity read(Connection connection) throws SQLException {
    String sql =
        """
        select has_function_privilege('pg_catalog.pg_control_system()', 'execute'),
          pg_catalog.pg_postmaster_start_time()
        """;
    return Sql.one(
        connection,
        sql,
        row ->
            new ServerIdentity(row.getBoolean(1) ? system(connection) : "", Sql.instant(row, 2)));
  }

  private static String system(Connection connection) throws SQLException {
    String sql = "select system_identifier from pg_catalog.pg_control_system()";
    return Sql.one(connection, sql, row -> row.getString(1));
  }
}
