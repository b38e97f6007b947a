package io.sluice.core.catalog;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Row-level security of partitions. PostgreSQL applies the policies of the table that a query names
 * and of no other, so a partition without security shows all its rows to whoever has a grant on it,
 * be it by default privileges. With security and without policies it shows none of them but to its
 * owner, and through the parent what the parent's policies let pass.
 *
 * <p>See https://www.postgresql.org/docs/current/ddl-rowsecurity.html
 */
public final class RowSecurity {

  private static final String CLAUSES =
      """
      select 'enable row level security' from pg_class where oid = to_regclass(?) and relrowsecurity
      union all
      select 'force row level security' from pg_class
      where oid = to_regclass(?) and relrowsecurity and relforcerowsecurity
      """;

  private RowSecurity() {}

  /**
   * Clauses of ALTER TABLE that give a new partition the security of its parent.
   *
   * @param parent quoted and with its schema
   * @return none where the parent has no security
   */
  public static List<String> clauses(Connection connection, String parent) throws SQLException {
    return Sql.strings(connection, CLAUSES, parent, parent);
  }
}
