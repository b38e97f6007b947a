package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What belongs to a table beside its columns and indexes, as statements that give it to the table
 * that has taken its name: read while the original still has it, run afterwards.
 */
final class TableAttributes {

  private static final String GRANTS =
      """
      select format('grant %s on table %I.%I to %s%s', x.privilege_type, n.nspname, c.relname,
                    case when x.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end,
                    case when x.is_grantable then ' with grant option' else '' end)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) x
      where c.oid = :oid and x.grantee <> c.relowner
      union all
      select format('grant %s (%I) on table %I.%I to %s%s', x.privilege_type, a.attname, n.nspname, c.relname,
                    case when x.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end,
                    case when x.is_grantable then ' with grant option' else '' end)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and not a.attisdropped, aclexplode(a.attacl) x
      where c.oid = :oid
      """;

  /** Default privileges gave the copy grants that the table has not. */
  private static final String REVOKES =
      """
      select distinct format('revoke all on table %I.%I from %s', n.nspname, c.relname,
                    case when x.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace,
           pg_class copy, aclexplode(copy.relacl) x
      where c.oid = :oid and copy.oid = :copy::regclass and x.grantee <> copy.relowner
      """;

  /** Also where there is none: the copy has one of its own. */
  private static final String COMMENT =
      """
      select format('comment on table %I.%I is %L', n.nspname, c.relname, obj_description(c.oid, 'pg_class'))
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.oid = :oid
      """;

  private static final String SECURITY =
      """
      select format('alter table %I.%I %s', n.nspname, c.relname, what)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace,
           lateral (values (c.relrowsecurity, 'enable row level security'),
                           (c.relforcerowsecurity, 'force row level security'),
                           (c.relreplident = 'f', 'replica identity full'),
                           (c.relreplident = 'n', 'replica identity nothing')) as s (has, what)
      where c.oid = :oid and s.has
      union all
      select format('create policy %I on %I.%I as %s for %s to %s%s%s', p.policyname, p.schemaname,
                    p.tablename, p.permissive, p.cmd,
                    (select string_agg(case when r = 'public' then r else quote_ident(r) end, ', ')
                     from unnest(p.roles) r),
                    ' using (' || p.qual || ')', ' with check (' || p.with_check || ')')
      from pg_policies p join pg_class c on c.oid = :oid join pg_namespace n on n.oid = c.relnamespace
      where p.schemaname = n.nspname and p.tablename = c.relname
      """;

  private static final String TRIGGERS =
      """
      select pg_get_triggerdef(t.oid) from pg_trigger t
      where t.tgrelid = :oid and not t.tgisinternal and t.tgparentid = 0 and t.tgfoid <> :log::regprocedure
      union all
      select format('alter table %I.%I %s trigger %I', n.nspname, c.relname,
                    case t.tgenabled when 'D' then 'disable' when 'R' then 'enable replica' else 'enable always' end,
                    t.tgname)
      from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
      where t.tgrelid = :oid and not t.tgisinternal and t.tgparentid = 0 and t.tgenabled <> 'O'
        and t.tgfoid <> :log::regprocedure
      """;

  /** Sequences of serial columns. */
  private static final String SEQUENCES =
      """
      select format('alter sequence %s owned by %I.%I.%I', s.oid::regclass, n.nspname, c.relname, a.attname)
      from pg_depend d
      join pg_class s on s.oid = d.objid and s.relkind = 'S'
      join pg_class c on c.oid = d.refobjid
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
      where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
        and d.refobjid = :oid and d.deptype = 'a'
      """;

  /** Replacing a view keeps its owner, its grants and what depends on it. */
  private static final String VIEWS =
      """
      select distinct format('create or replace view %I.%I%s as %s', n.nspname, v.relname,
                    ' with (' || array_to_string(v.reloptions, ', ') || ')',
                    pg_get_viewdef(v.oid))
      from pg_depend d
      join pg_rewrite r on r.oid = d.objid
      join pg_class v on v.oid = r.ev_class and v.relkind = 'v'
      join pg_namespace n on n.oid = v.relnamespace
      where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
        and d.refobjid = :oid and v.oid <> :oid
      """;

  private TableAttributes() {}

  /** In the order they are to be run in. */
  static List<String> read(Connection connection, SourceTable source, CopyNames names)
      throws SQLException {
    SourceReader.onlyCatalog(connection);
    List<String> sql = new ArrayList<>();
    for (String query : List.of(REVOKES, GRANTS, COMMENT, SECURITY, TRIGGERS, SEQUENCES, VIEWS)) {
      sql.addAll(
          Sql.strings(
              connection,
              query
                  .replace(":oid", Long.toString(source.oid()))
                  .replace(":log", SqlNames.literal(names.function().sql() + "()"))
                  .replace(":copy", SqlNames.literal(names.copy().sql()))));
    }
    return sql;
  }
}
