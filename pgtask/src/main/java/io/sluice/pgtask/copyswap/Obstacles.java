package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.catalog.WorkingTables;
import io.sluice.pgtask.run.Privileges;
import io.sluice.pgtask.run.Privileges.Requirement;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What keeps a table from being rewritten, with the remedy; all of it at once, before anything. */
final class Obstacles {

  /** The table, and its partitions at every level; their number is to be known to the planner. */
  private static final String TABLES =
      "with tables as materialized (select unnest(cast('{:tables}' as oid[])) as oid) ";

  /**
   * Whatever depends on the table, its row type, constraints or identity sequences, and is neither
   * a part of it nor carried by {@link TableAttributes}: what PostgreSQL may yet invent is among
   * it. A view of a partition is not carried.
   */
  private static final String DEPENDENTS =
      """
      select distinct pg_describe_object(d.classid, d.objid, 0)
      from pg_depend d
      where d.deptype <> 'i'
        and (d.refclassid, d.refobjid) in (
          select 'pg_class'::regclass, oid from tables
          union all
          select 'pg_class'::regclass, s.oid from pg_depend i join pg_class s on s.oid = i.objid and s.relkind = 'S'
          where i.classid = 'pg_class'::regclass and i.refclassid = 'pg_class'::regclass
            and i.refobjid in (select oid from tables) and i.deptype = 'i'
          union all
          select 'pg_type'::regclass, unnest(array[t.oid, t.typarray])
          from tables join pg_class c using (oid) join pg_type t on t.oid = c.reltype
          union all
          select 'pg_constraint'::regclass, k.oid from tables join pg_constraint k on k.conrelid = tables.oid)
        and not (d.classid = 'pg_class'::regclass and d.objid in (select oid from tables))
        and not (d.classid = 'pg_rewrite'::regclass
                 and d.refclassid = 'pg_class'::regclass and d.refobjid = :oid
                 and exists (select from pg_rewrite r join pg_class v on v.oid = r.ev_class
                             where r.oid = d.objid and v.relkind = 'v'))
        and not (d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
                 and (d.objid = d.refobjid or d.deptype = 'a' and exists (
                   select from pg_class s where s.oid = d.objid and s.relkind = 'S')))
        and not exists (select from pg_constraint k
                        where d.classid = 'pg_constraint'::regclass and k.oid = d.objid and k.conrelid in (select oid from tables))
        and not exists (select from pg_attrdef k
                        where d.classid = 'pg_attrdef'::regclass and k.oid = d.objid and k.adrelid in (select oid from tables))
        and not exists (select from pg_index k
                        where d.classid = 'pg_class'::regclass and k.indexrelid = d.objid and k.indrelid in (select oid from tables))
        and not exists (select from pg_trigger k
                        where d.classid = 'pg_trigger'::regclass and k.oid = d.objid and k.tgrelid in (select oid from tables))
        and not exists (select from pg_policy k
                        where d.classid = 'pg_policy'::regclass and k.oid = d.objid and k.polrelid in (select oid from tables))
        and d.classid <> 'pg_statistic_ext'::regclass
      """;

  private static final String OUTGOING =
      """
      select format('its foreign key %I to %s', k.conname, k.confrelid::regclass) from pg_constraint k
      where k.contype = 'f' and k.conrelid in (select oid from tables) and k.conparentid = 0
      """;

  /** Of these, those that no copy gets: it would have to refer to what takes its own name. */
  private static final String UNCARRIED =
      """
      select format('its foreign key %I to itself', k.conname) from pg_constraint k
      where k.contype = 'f' and k.conrelid = :oid and k.confrelid = k.conrelid
      union all
      select format('its foreign key %I to %s, which is not valid (alter table … validate constraint %1$I)', k.conname, k.confrelid::regclass)
      from pg_constraint k
      where k.contype = 'f' and k.conrelid = :oid and k.conparentid = 0 and not k.convalidated
        and coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true)
      """;

  /** What points to the table and is not in pg_depend, or points from it. */
  private static final String OTHERS =
      """
      select 'column ' || quote_ident(a.attname) || ' of the NOT NULL domain ' || t.typname
      from pg_attribute a join pg_type t on t.oid = a.atttypid
      where a.attrelid = :oid and a.attnum > 0 and not a.attisdropped and t.typtype = 'd' and t.typnotnull
      union all
      select 'the type ' || c.reloftype::regtype || ' it is a table of' from pg_class c
      where c.oid = :oid and c.reloftype <> 0
      union all
      select 'inheritance from ' || i.inhparent::regclass
      from pg_inherits i join pg_class c on c.oid = i.inhrelid where c.oid = :oid and not c.relispartition
      union all
      select format('subscription %I', u.subname)
      from pg_subscription_rel r join pg_subscription u on u.oid = r.srsubid
      where r.srrelid in (select oid from tables)
      union all
      select 'security label of ' || l.provider from pg_seclabel l
      where l.classoid = 'pg_class'::regclass and l.objoid = :oid
      union all
      select format('%s, which belongs to extension %I', pg_describe_object(d.classid, d.objid, 0), e.extname)
      from pg_depend d join pg_extension e on e.oid = d.refobjid
      where d.refclassid = 'pg_extension'::regclass and d.deptype in ('e', 'x')
        and (d.classid, d.objid) in (
          select 'pg_class'::regclass, :oid
          union all
          select 'pg_class'::regclass, x.indexrelid from pg_index x where x.indrelid = :oid
          union all
          select 'pg_trigger'::regclass, t.oid from pg_trigger t where t.tgrelid = :oid)
      union all
      select distinct format('a grant of %s, who is not the owner', x.grantor::regrole)
      from pg_class c, lateral (select c.relacl as acl union all
        select a.attacl from pg_attribute a where a.attrelid = c.oid) g, aclexplode(g.acl) x
      where c.oid = :oid and x.grantor <> c.relowner
      union all
      select format('view %I.%I of role %I, which this role cannot replace', n.nspname, v.relname, pg_get_userbyid(v.relowner))
      from pg_depend d join pg_rewrite r on r.oid = d.objid
      join pg_class v on v.oid = r.ev_class and v.relkind = 'v' join pg_namespace n on n.oid = v.relnamespace
      where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
        and d.refobjid = :oid and v.oid <> :oid
        and (v.relpersistence = 't' or not pg_has_role(v.relowner, 'usage'))
      """;

  /** What partitions have of their own, and a plain table would not have. */
  private static final String OF_PARTITIONS =
      """
      select format('trigger %I of its partition %s', t.tgname, t.tgrelid::regclass) from pg_trigger t
      where t.tgrelid in (select oid from tables) and t.tgrelid <> :oid and t.tgparentid = 0 and not t.tgisinternal
      union all
      select 'its partition ' || c.oid::regclass || ', which is no heap table' from tables join pg_class c using (oid)
      left join pg_am a on a.oid = c.relam
      where c.oid <> :oid and not (c.relkind = 'p' or c.relkind = 'r' and a.amname = 'heap')
      union all
      select format('generated column %I of its partition %s, which has another expression', a.attname, a.attrelid::regclass)
      from pg_attribute a join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      join pg_attribute b on b.attrelid = :oid and b.attname = a.attname
      left join pg_attrdef e on e.adrelid = b.attrelid and e.adnum = b.attnum
      where a.attrelid in (select oid from tables) and a.attgenerated <> ''
        and pg_get_expr(d.adbin, d.adrelid) is distinct from pg_get_expr(e.adbin, e.adrelid)
      """;

  /** All of it in one query, each part by an index: the last time, everybody waits for it. */
  private static String things(boolean foreignKeysFollow) {
    String outgoing = foreignKeysFollow ? UNCARRIED : OUTGOING;
    return TABLES + String.join(" union ", List.of(DEPENDENTS, outgoing, OTHERS, OF_PARTITIONS));
  }

  /** Publications of all that there is, of which the copy would be a part. */
  private static final String PUBLICATIONS =
      """
      select format('publication %I', pubname) from pg_publication where puballtables
      union all
      select pg_describe_object(d.classid, d.objid, 0) from pg_depend d
      where d.classid = to_regclass('pg_catalog.pg_publication_namespace')
        and d.refclassid = 'pg_namespace'::regclass
        and d.refobjid in (select relnamespace from pg_class where oid = :oid
                           or oid in (select relid from pg_partition_ancestors(:oid)))
      order by 1
      """;

  private Obstacles() {}

  /**
   * @param relkind what the table has to be
   * @param doing for people, such as "becomes partitioned"
   * @param foreignKeysFollow whether the copy gets those of the table
   */
  static List<String> of(
      Connection connection,
      SourceTable source,
      String relkind,
      String doing,
      boolean foreignKeysFollow)
      throws SQLException {
    List<String> problems = new ArrayList<>();
    if (Sql.isTrue(connection, "select " + WorkingTables.among(source.oid() + "::oid"))) {
      problems.add(
          source.name()
              + " is a table that Sluice made for work on another, as its comment says; name that, or drop this");
      return problems;
    }
    boolean heap = source.partitioned() || source.accessMethod().equals("heap");
    if (!source.kind().equals(relkind) || !heap) {
      problems.add(source.name() + " is not a plain heap table and cannot be rewritten");
      return problems;
    }
    if (!source.persistence().equals("p")) {
      problems.add(
          "%s is unlogged or temporary; run alter table %s set logged first"
              .formatted(source.name(), source.name().sql()));
    }
    if (source.key().isEmpty()) {
      problems.add(
          "%s has no key to follow its rows by while it is copied: a primary key, or a unique index on NOT NULL columns, neither partial nor deferrable nor of an operator class or collation other than the columns'. Add one, such as by create unique index concurrently"
              .formatted(source.name()));
    }
    SourceReader.onlyCatalog(connection);
    List<String> things = things(connection, source, things(foreignKeysFollow));
    if (!things.isEmpty()) {
      problems.add(
          "%s cannot be rewritten because of %s: these refer to the table itself and would stay with the old one. Drop them, run the task again until %s %s, then recreate them"
              .formatted(source.name(), String.join("; ", things), source.name(), doing));
    }
    List<String> publications = things(connection, source, PUBLICATIONS);
    if (!publications.isEmpty()) {
      problems.add(
          "%s cannot be rewritten because of %s, which would publish its copy too; publish tables by their names instead"
              .formatted(source.name(), String.join("; ", publications)));
    }
    problems.addAll(privileges(connection, source));
    return problems;
  }

  private static List<String> things(Connection connection, SourceTable source, String query)
      throws SQLException {
    List<String> oids =
        source.partitioned()
            ? Sql.strings(
                connection, "select relid::oid from pg_partition_tree(?::oid)", source.oid())
            : List.of(Long.toString(source.oid()));
    String sql =
        query.replace(":tables", String.join(",", oids)).replace(":oid", source.oid() + "::oid");
    return Sql.strings(connection, sql).stream().sorted().toList();
  }

  private static List<String> privileges(Connection connection, SourceTable source)
      throws SQLException {
    List<Requirement> needs = new ArrayList<>(CopySwap.needs(source.name()));
    for (TableName partition : SourceReader.partitions(connection, source)) {
      needs.add(Privileges.owning(partition));
      needs.add(Privileges.seeingAllRows(partition));
    }
    return Privileges.sentences(connection, needs).stream()
        .map(missing -> "%s cannot be rewritten: %s".formatted(source.name(), missing))
        .toList();
  }
}
