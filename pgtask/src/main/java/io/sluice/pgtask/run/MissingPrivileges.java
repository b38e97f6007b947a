package io.sluice.pgtask.run;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Asks the server which rights the session's role lacks; empty if it has them, or if the thing is
 * not there. Names come back quoted where they need it.
 *
 * <p>See https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-ACCESS and
 * https://www.postgresql.org/docs/current/ddl-priv.html
 */
final class MissingPrivileges {

  /** Superusers' tables are given away rather than their role. */
  private static final String OWNER =
      """
      select format('must own %%s %%s, which belongs to %%s', x.kind, x.name, quote_ident(o.rolname)),
        case
          when o.rolsuper then format('alter %%s %%s owner to %%I', x.kind, x.name, current_user)
          when pg_has_role(o.oid, 'MEMBER') and current_setting('server_version_num')::int >= 160000
            then format('grant %%I to %%I with inherit true', o.rolname, current_user)
          when pg_has_role(o.oid, 'MEMBER') then format('alter role %%I inherit', current_user)
          else format('grant %%I to %%I', o.rolname, current_user) end
      from (%s) x join pg_catalog.pg_roles o on o.oid = x.owner
      where not pg_has_role(o.oid, 'USAGE')
      """;

  private static final String RELATION =
      """
      select case c.relkind when 'i' then 'index' when 'I' then 'index' when 'v' then 'view'
          when 'm' then 'materialized view' when 'S' then 'sequence' when 'f' then 'foreign table'
          else 'table' end as kind,
        format('%%I.%%I', n.nspname, c.relname) as name, c.relowner as owner
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ? and c.relname = ?
      """;

  private MissingPrivileges() {}

  static String role(Connection connection) throws SQLException {
    return Sql.strings(connection, "select quote_ident(current_user)").get(0);
  }

  /** Ownership of a table, index, view or sequence. */
  static Optional<MissingPrivilege> owning(Connection connection, String schema, String relation)
      throws SQLException {
    return ask(connection, OWNER.formatted(RELATION.replace("%%", "%")), schema, relation);
  }

  /** Ownership of a schema. */
  static Optional<MissingPrivilege> owningSchema(Connection connection, String schema)
      throws SQLException {
    String named =
        "select 'schema' as kind, quote_ident(nspname) as name, nspowner as owner"
            + " from pg_catalog.pg_namespace where nspname = ?";
    return ask(connection, OWNER.formatted(named), schema);
  }

  /**
   * Privileges on a table or view.
   *
   * @param privileges such as {@code select, insert}
   */
  static Optional<MissingPrivilege> onTable(
      Connection connection, String schema, String table, String privileges) throws SQLException {
    String sql =
        """
        select format('lacks %s on %I.%I', upper(string_agg(p, ', ')), n.nspname, c.relname),
          format('grant %s on %I.%I to %I', string_agg(p, ', '), n.nspname, c.relname, current_user)
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        cross join unnest(string_to_array(?, ', ')) p
        where n.nspname = ? and c.relname = ? and not has_table_privilege(c.oid, p)
        group by n.nspname, c.relname
        """;
    return ask(connection, sql, privileges, schema, table);
  }

  static Optional<MissingPrivilege> onSequence(
      Connection connection, String schema, String sequence) throws SQLException {
    String sql =
        """
        select format('lacks USAGE and SELECT on sequence %I.%I', n.nspname, c.relname),
          format('grant usage, select on sequence %I.%I to %I', n.nspname, c.relname, current_user)
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname = ? and c.relname = ? and c.relkind = 'S'
          and not (has_sequence_privilege(c.oid, 'USAGE') and has_sequence_privilege(c.oid, 'SELECT'))
        """;
    return ask(connection, sql, schema, sequence);
  }

  /**
   * A privilege on a schema; CREATE on the database if the schema is not there yet.
   *
   * @param privilege create or usage
   */
  static Optional<MissingPrivilege> onSchema(Connection connection, String schema, String privilege)
      throws SQLException {
    String sql =
        """
        select format('lacks %s on schema %I', upper(x.p), n.nspname),
          format('grant %s on schema %I to %I', x.p, n.nspname, current_user)
        from (select ?::text as p) x join pg_catalog.pg_namespace n on n.nspname = ?
        where not has_schema_privilege(n.oid, x.p)
        """;
    Optional<MissingPrivilege> lack = ask(connection, sql, privilege, schema);
    String there = "select from pg_catalog.pg_namespace where nspname = ?";
    return lack.isPresent() || Sql.exists(connection, there, schema)
        ? lack
        : onDatabase(connection, "create");
  }

  /**
   * A privilege on the database.
   *
   * @param privilege create, temporary or connect
   */
  static Optional<MissingPrivilege> onDatabase(Connection connection, String privilege)
      throws SQLException {
    String sql =
        """
        select format('lacks %s on database %I', upper(x.p), current_database()),
          format('grant %s on database %I to %I', x.p, current_database(), current_user)
        from (select ?::text as p) x where not has_database_privilege(current_database(), x.p)
        """;
    return ask(connection, sql, privilege);
  }

  static Optional<MissingPrivilege> onTablespace(Connection connection, String tablespace)
      throws SQLException {
    String sql =
        """
        select format('lacks CREATE on tablespace %I', spcname),
          format('grant create on tablespace %I to %I', spcname, current_user)
        from pg_catalog.pg_tablespace
        where spcname = ? and not has_tablespace_privilege(oid, 'CREATE')
        """;
    return ask(connection, sql, tablespace);
  }

  /** All functions of the name that may not be executed. */
  static Optional<MissingPrivilege> onFunction(Connection connection, String function)
      throws SQLException {
    String sql =
        """
        select format('lacks EXECUTE on %s', string_agg(oid::regprocedure::text, ', ')),
          string_agg(format('grant execute on function %s to %I', oid::regprocedure, current_user), '; ')
        from pg_catalog.pg_proc where proname = ? and not has_function_privilege(oid, 'EXECUTE')
        having count(*) > 0
        """;
    return ask(connection, sql, function);
  }

  /** What a role that is to own a table in a schema lacks itself. */
  static Optional<MissingPrivilege> giving(Connection connection, String newOwner, String schema)
      throws SQLException {
    String sql =
        """
        select format('may not give tables to %I, which lacks CREATE on schema %I', r.rolname, n.nspname),
          format('grant create on schema %I to %I', n.nspname, r.rolname)
        from pg_catalog.pg_roles r cross join pg_catalog.pg_namespace n
        where r.rolname = ? and n.nspname = ? and not has_schema_privilege(r.oid, n.oid, 'CREATE')
        """;
    return ask(connection, sql, newOwner, schema);
  }

  /** The same of a table's owner, in the table's schema; nothing is given to oneself. */
  static Optional<MissingPrivilege> givingToOwner(
      Connection connection, String schema, String table) throws SQLException {
    String owner =
        "select r.rolname from pg_catalog.pg_roles r join pg_catalog.pg_class c on c.relowner ="
            + " r.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = ?"
            + " and c.relname = ? and r.rolname <> current_user";
    Optional<String> found = Sql.first(connection, owner, row -> row.getString(1), schema, table);
    return found.isPresent() ? giving(connection, found.get(), schema) : Optional.empty();
  }

  /** Seeing all rows whatever policies say. */
  static Optional<MissingPrivilege> bypassing(Connection connection) throws SQLException {
    String sql =
        """
        select 'lacks BYPASSRLS, and policies hide rows from it', format('alter role %I bypassrls', rolname)
        from pg_catalog.pg_roles where rolname = current_user and not rolbypassrls
        """;
    return ask(connection, sql);
  }

  /** To be able to give something to a role. */
  static Optional<MissingPrivilege> inRole(Connection connection, String role) throws SQLException {
    String sql =
        """
        select format('is not a member of role %I', r.rolname), format('grant %I to %I', r.rolname, current_user)
        from pg_catalog.pg_roles r where r.rolname = ? and not pg_has_role(r.oid, 'MEMBER')
        """;
    return ask(connection, sql, role);
  }

  private static Optional<MissingPrivilege> ask(Connection connection, String sql, Object... values)
      throws SQLException {
    return Sql.first(
        connection, sql, row -> new MissingPrivilege(row.getString(1), row.getString(2)), values);
  }
}
