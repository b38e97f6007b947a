package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What belongs to a table beside its columns and indexes, as statements that give it to the table
 * that has taken its name: read while the original still has it, run afterwards.
 */
final class TableAttributes {

  /** The table and its identity sequences, each with what takes its name. */
  private static final String OBJECTS =
      """
      with o as (
        select c.oid, case c.relkind when 'S' then 'sequence ' else 'table ' end || c.oid::regclass as name, c.relacl,
               coalesce(copy.relacl, acldefault((case c.relkind when 'S' then 's' else 'r' end)::"char", c.relowner)) as given,
               c.relowner
        from (select cast(:oid as oid) as old, cast(:copy::regclass as oid) as new
              union all
              select ours.objid, theirs.objid
              from pg_depend ours
              join pg_attribute a on a.attrelid = ours.refobjid and a.attnum = ours.refobjsubid
              join pg_attribute b on b.attrelid = :copy::regclass and b.attname = a.attname
              join pg_depend theirs on theirs.refclassid = 'pg_class'::regclass and theirs.refobjid = b.attrelid
                and theirs.refobjsubid = b.attnum and theirs.classid = 'pg_class'::regclass and theirs.deptype = 'i'
              where ours.refclassid = 'pg_class'::regclass and ours.refobjid = :oid
                and ours.classid = 'pg_class'::regclass and ours.deptype = 'i') as pair
        join pg_class c on c.oid = pair.old join pg_class copy on copy.oid = pair.new)
      """;

  private static final String TO =
      "case when x.grantee = 0 then 'public' else x.grantee::regrole::text end";

  /** Default privileges gave the copy grants that the table has not; owners may lack some. */
  private static final String REVOKES =
      OBJECTS
          + """
          select distinct format('revoke all on %s from %s', o.name, :to)
          from o, aclexplode(o.given) x where o.relacl is not null or x.grantee <> o.relowner
          """;

  private static final String GRANTS =
      OBJECTS
          + """
          select format('grant %s on %s to %s%s', g.what, o.name, :to,
                        case when x.is_grantable then ' with grant option' else '' end)
          from o, lateral (
            select null as attname, o.relacl as acl
            union all
            select a.attname, a.attacl from pg_attribute a where a.attrelid = o.oid and not a.attisdropped) c,
            aclexplode(c.acl) x, lateral (select x.privilege_type || coalesce(' (' || quote_ident(c.attname) || ')', '') as what) g
          """;

  /** Of the table and its sequences also where there is none: the copy has one of its own. */
  private static final String COMMENTS =
      OBJECTS
          + """
          select format('comment on %s is %L', e.name, e.comment)
          from (select o.name, obj_description(o.oid, 'pg_class') from o
                union all
                select format('constraint %I on %s', conname, conrelid::regclass), obj_description(oid, 'pg_constraint')
                from pg_constraint where conrelid = :oid and contype in ('c', 'p', 'u', 'x', 't')
                union all
                select format('trigger %I on %s', tgname, tgrelid::regclass), obj_description(oid, 'pg_trigger')
                from pg_trigger where tgrelid = :oid and not tgisinternal
                union all
                select format('policy %I on %s', polname, polrelid::regclass), obj_description(oid, 'pg_policy')
                from pg_policy where polrelid = :oid) as e (name, comment)
          where e.comment is not null or e.name in (select name from o)
          """;

  private static final String SECURITY =
      """
      select format('alter table %s %s row level security', c.oid::regclass, what)
      from pg_class c,
           lateral (values (case when c.relrowsecurity then 'enable' else 'disable' end),
                           (case when c.relforcerowsecurity then 'force' else 'no force' end)) as s (what)
      where c.oid = :oid
      union all
      select format('create policy %I on %I.%I as %s for %s to %s%s%s', p.policyname, p.schemaname,
                    p.tablename, p.permissive, p.cmd,
                    (select string_agg(case when r = 'public' then r else quote_ident(r) end, ', ')
                     from unnest(p.roles) r),
                    ' using (' || p.qual || ')', ' with check (' || p.with_check || ')')
      from pg_policies p join pg_class c on c.oid = :oid join pg_namespace n on n.oid = c.relnamespace
      where p.schemaname = n.nspname and p.tablename = c.relname
      """;

  /** A partition's clone of its parent's trigger comes with ATTACH, enabled as the parent's is. */
  private static final String TRIGGERS =
      """
      select pg_get_triggerdef(t.oid) from pg_trigger t
      where t.tgrelid = :oid and not t.tgisinternal and t.tgparentid = 0 and t.tgfoid <> :log::regprocedure
      union all
      select format('alter table %s %s trigger %I', t.tgrelid::regclass,
                    case t.tgenabled when 'O' then 'enable' when 'D' then 'disable' when 'R' then 'enable replica'
                                     else 'enable always' end, t.tgname)
      from pg_trigger t left join pg_trigger p on p.oid = t.tgparentid
      left join pg_constraint k on k.oid = t.tgconstraint
      where t.tgrelid = :oid and t.tgenabled <> coalesce(p.tgenabled, 'O') and coalesce(k.contype, 't') = 't'
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

  /** Replacing a view keeps its owner, its grants and what depends on it, and so with a rule. */
  private static final String VIEWS =
      """
      select distinct case r.ev_type
             when '1' then format('create or replace view %s%s as %s', v.oid::regclass,
                                  ' with (' || array_to_string(v.reloptions, ', ') || ')', pg_get_viewdef(v.oid))
             else regexp_replace(pg_get_ruledef(r.oid), '^CREATE', 'create or replace') end, r.ev_type
      from pg_depend d
      join pg_rewrite r on r.oid = d.objid
      join pg_class v on v.oid = r.ev_class and v.relkind = 'v'
      where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
        and d.refobjid = :oid and v.oid <> :oid
      order by r.ev_type
      """;

  /** LIKE copies statistics objects under names of its own: each has its like by its columns. */
  private static final String STATISTICS =
      """
      with s as (
        select s.*, format('%I.%I', n.nspname, s.stxname) as name, quote_ident(n.nspname) as schema,
               row_number() over (partition by s.stxrelid, pg_get_statisticsobjdef_columns(s.oid), s.stxkind
                                  order by s.oid) as nth
        from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace
        where s.stxrelid in (:oid, :copy::regclass))
      select s.name, s.stxname, copy.name, copy.stxname, s.schema, s.stxowner::regrole, coalesce(s.stxstattarget, -1)
      from s join s as copy on copy.stxrelid <> s.stxrelid and copy.nth = s.nth and copy.stxkind = s.stxkind
        and pg_get_statisticsobjdef_columns(copy.oid) = pg_get_statisticsobjdef_columns(s.oid)
      where s.stxrelid = :oid
      """;

  private TableAttributes() {}

  /** In the order they are to be run in. */
  static List<String> read(Connection connection, SourceTable source, Renaming renaming)
      throws SQLException {
    SourceReader.onlyCatalog(connection);
    String log = new CopyNames(source.name()).function().sql() + "()";
    UnaryOperator<String> of =
        query ->
            query
                .replace(":to", TO)
                .replace(":oid", Long.toString(source.oid()))
                .replace(":log", SqlNames.literal(log))
                .replace(":copy", SqlNames.literal(renaming.copy().sql()));
    List<String> sql = new ArrayList<>();
    for (String query : List.of(REVOKES, GRANTS, SECURITY, TRIGGERS, SEQUENCES, VIEWS, COMMENTS)) {
      sql.addAll(Sql.strings(connection, of.apply(query)));
    }
    Sql.list(connection, of.apply(STATISTICS), row -> statistics(row, renaming))
        .forEach(sql::addAll);
    return sql;
  }

  private static List<String> statistics(ResultSet row, Renaming renaming) throws SQLException {
    String name = row.getString(1);
    String there = row.getString(5) + "." + SqlNames.quote(row.getString(4));
    return List.of(
        "alter statistics %s rename to %s"
            .formatted(name, SqlNames.quote(renaming.old(row.getString(2)))),
        "alter statistics %s set schema %s".formatted(row.getString(3), row.getString(5)),
        "alter statistics %s rename to %s".formatted(there, SqlNames.quote(row.getString(2))),
        "alter statistics %s owner to %s".formatted(name, row.getString(6)),
        "alter statistics %s set statistics %d".formatted(name, row.getInt(7)));
  }
}
