package io.sluice.pgtask.copyswap;

import io.sluice.core.catalog.RowSecurity;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a table is stored, for those that hold its rows later.
 *
 * @param parameters {@code with (…)} of CREATE TABLE, or empty
 * @param tablespace {@code tablespace …} of CREATE TABLE, or empty
 * @param clauses of ALTER TABLE that LIKE leaves out: statistics targets, replica identity without
 *     an index, row-level security
 * @param grants with {@code <table>} for the new one; none where the table has row-level security
 * @param owner whom the new tables belong to; null if that is this session's role
 */
record StorageOptions(
    String parameters, String tablespace, List<String> clauses, String owner, List<String> grants) {

  private static final String OPTIONS =
      """
      select split_part(o, '=', 1) || '=' || quote_literal(substr(o, strpos(o, '=') + 1))
      from pg_class c, unnest(c.reloptions) o where c.oid = %1$d
      union all
      select 'toast.' || split_part(o, '=', 1) || '=' || quote_literal(substr(o, strpos(o, '=') + 1))
      from pg_class c join pg_class t on t.oid = c.reltoastrelid, unnest(t.reloptions) o
      where c.oid = %1$d
      """;

  private static final String SPACE =
      """
      select ' tablespace ' || quote_ident(s.spcname) from pg_class c join pg_tablespace s on s.oid = c.reltablespace
      where c.oid = %d
      """;

  private static final String LEAVES =
      "select relid::oid::int8 from pg_partition_tree(?::oid) where isleaf";

  private static final String COLUMNS =
      """
      select format('alter column %%I set statistics %%s', attname, attstattarget)
      from pg_attribute
      where attrelid = %1$d and attnum > 0 and not attisdropped and attstattarget >= 0
      union all
      select format('alter column %%I set (%%s)', attname, array_to_string(attoptions, ', '))
      from pg_attribute
      where attrelid = %1$d and attnum > 0 and not attisdropped and attoptions is not null
      union all
      select 'replica identity ' || case relreplident when 'f' then 'full' else 'nothing' end
      from pg_class where oid = %1$d and relreplident in ('f', 'n')
      """;

  private static final String GRANTS =
      """
      select format('grant %%s on table <table> to %%s%%s', x.privilege_type,
                    case when x.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end,
                    case when x.is_grantable then ' with grant option' else '' end)
      from pg_class c, aclexplode(c.relacl) x
      where c.oid = %d and x.grantee <> c.relowner and not c.relrowsecurity
      """;

  StorageOptions {
    clauses = List.copyOf(clauses);
    grants = List.copyOf(grants);
  }

  static StorageOptions read(Connection connection, SourceTable source) throws SQLException {
    return read(connection, source, source.oid());
  }

  /**
   * For a plain table in place of a partitioned one, which has no storage.
   *
   * @return empty if its partitions are not all stored alike
   */
  static Optional<StorageOptions> ofPartitions(Connection connection, SourceTable source)
      throws SQLException {
    List<StorageOptions> all = new ArrayList<>();
    for (long leaf : Sql.list(connection, LEAVES, row -> row.getLong(1), source.oid())) {
      all.add(read(connection, source, leaf));
    }
    StorageOptions one = all.isEmpty() ? read(connection, source) : all.get(0);
    return all.stream().allMatch(one::equals) ? Optional.of(one) : Optional.empty();
  }

  /**
   * @param stored the table whose storage it is, by oid
   */
  private static StorageOptions read(Connection connection, SourceTable source, long stored)
      throws SQLException {
    List<String> options = Sql.strings(connection, OPTIONS.formatted(stored));
    String space = String.join("", Sql.strings(connection, SPACE.formatted(stored)));
    String with = options.isEmpty() ? "" : " with (" + String.join(", ", options) + ")";
    boolean mine =
        Sql.isTrue(connection, "select current_user = " + SqlNames.literal(source.owner()));
    List<String> clauses =
        new ArrayList<>(Sql.strings(connection, COLUMNS.formatted(source.oid())));
    clauses.addAll(RowSecurity.clauses(connection, source.name().sql()));
    return new StorageOptions(
        with,
        space,
        clauses,
        mine ? null : source.owner(),
        Sql.strings(connection, GRANTS.formatted(source.oid())));
  }

  /** For CREATE TABLE of one that holds rows, which a parent does not. */
  String with() {
    return parameters + tablespace;
  }

  /** The same in another tablespace. */
  StorageOptions in(String space) {
    return new StorageOptions(
        parameters, " tablespace " + SqlNames.quote(space), clauses, owner, grants);
  }

  /** After CREATE TABLE. */
  List<String> afterCreate(TableName table) {
    List<String> sql = new ArrayList<>();
    if (!clauses.isEmpty()) {
      sql.add("alter table " + table.sql() + " " + String.join(", ", clauses));
    }
    if (owner != null) {
      sql.add("alter table " + table.sql() + " owner to " + SqlNames.quote(owner));
    }
    return sql;
  }

  /** For a table that is not reached by another's grants only. */
  List<String> grants(TableName table) {
    return grants.stream().map(grant -> grant.replace("<table>", table.sql())).toList();
  }
}
