package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.WorkingTables;
import io.sluice.pgtask.run.Privileges;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What keeps a table from being rewritten, with the remedy; all of it at once, before anything. */
final class Obstacles {

  /** Normal dependencies of others on the table or its row type, views apart. */
  private static final String DEPENDENTS =
      """
      select distinct pg_describe_object(d.classid, d.objid, 0)
      from pg_depend d
      where d.deptype in ('n', 'e')
        and (d.refclassid, d.refobjid) in (
          select 'pg_class'::regclass, :oid
          union all
          select 'pg_type'::regclass, unnest(array[t.oid, t.typarray])
          from pg_class c join pg_type t on t.oid = c.reltype where c.oid = :oid
          union all
          select 'pg_constraint'::regclass, k.oid from pg_constraint k where k.conrelid = :oid)
        and not (d.classid = 'pg_rewrite'::regclass
                 and d.refclassid = 'pg_class'::regclass
                 and exists (select from pg_rewrite r join pg_class v on v.oid = r.ev_class
                             where r.oid = d.objid and v.relkind = 'v'))
        and not (d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
                 and d.objid = d.refobjid)
        and not exists (select from pg_constraint k
                        where d.classid = 'pg_constraint'::regclass and k.oid = d.objid and k.conrelid = :oid)
        and not exists (select from pg_attrdef k
                        where d.classid = 'pg_attrdef'::regclass and k.oid = d.objid and k.adrelid = :oid)
        and not exists (select from pg_index k
                        where d.classid = 'pg_class'::regclass and k.indexrelid = d.objid and k.indrelid = :oid)
        and not exists (select from pg_trigger k
                        where d.classid = 'pg_trigger'::regclass and k.oid = d.objid and k.tgrelid = :oid)
        and not exists (select from pg_policy k
                        where d.classid = 'pg_policy'::regclass and k.oid = d.objid and k.polrelid = :oid)
        and d.classid <> 'pg_statistic_ext'::regclass
      """;

  private static final String FOREIGN_KEYS =
      """
      select format('foreign key %I of %s', k.conname, k.conrelid::regclass)
      from pg_depend d join pg_constraint k on k.oid = d.objid
      where d.refclassid = 'pg_class'::regclass and d.refobjid = :oid
        and d.classid = 'pg_constraint'::regclass and k.contype = 'f' and k.confrelid = :oid
      """;

  private static final String OUTGOING =
      """
      select format('its foreign key %I to %s', k.conname, k.confrelid::regclass) from pg_constraint k
      where k.contype = 'f' and k.conrelid = :oid and k.confrelid <> :oid
      """;

  private static final String PUBLICATIONS =
      """
      select format('publication %I', p.pubname)
      from pg_publication_rel r join pg_publication p on p.oid = r.prpubid where r.prrelid = :oid
      """;

  private static final String CHILDREN =
      """
      select case when i.inhparent = :oid then 'child table ' || i.inhrelid::regclass
                  else 'inheritance from ' || i.inhparent::regclass end
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where (i.inhparent = :oid or i.inhrelid = :oid) and not c.relispartition
      """;

  private static final String RULES =
      "select format('rule %I', rulename) from pg_rewrite where ev_class = :oid";

  private static final String OTHERS =
      """
      select 'column ' || quote_ident(a.attname) || ' of the NOT NULL domain ' || t.typname
      from pg_attribute a join pg_type t on t.oid = a.atttypid
      where a.attrelid = :oid and a.attnum > 0 and not a.attisdropped and t.typtype = 'd' and t.typnotnull
      union all
      select 'the type ' || c.reloftype::regtype || ' it is a table of' from pg_class c
      where c.oid = :oid and c.reloftype <> 0
      union all
      select format('view %I.%I of role %I, which this role cannot replace', n.nspname, v.relname, pg_get_userbyid(v.relowner))
      from pg_depend d join pg_rewrite r on r.oid = d.objid
      join pg_class v on v.oid = r.ev_class and v.relkind = 'v' join pg_namespace n on n.oid = v.relnamespace
      where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
        and d.refobjid = :oid and v.oid <> :oid and not pg_has_role(v.relowner, 'usage')
      """;

  /** All of it in one query, each part by an index: the last time, everybody waits for it. */
  private static final String THINGS =
      String.join(
          " union ",
          List.of(DEPENDENTS, FOREIGN_KEYS, OUTGOING, PUBLICATIONS, CHILDREN, RULES, OTHERS));

  private Obstacles() {}

  /**
   * @param doing for people, such as "becomes partitioned"
   */
  static List<String> of(Connection connection, SourceTable source, String doing)
      throws SQLException {
    List<String> problems = new ArrayList<>();
    if (Sql.isTrue(connection, "select " + WorkingTables.among(source.oid() + "::oid"))) {
      problems.add(
          source.name()
              + " is a table that Sluice made for work on another, as its comment says; name that, or drop this");
      return problems;
    }
    if (!source.kind().equals("r") || !source.accessMethod().equals("heap")) {
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
    List<String> things = things(connection, source);
    if (!things.isEmpty()) {
      problems.add(
          "%s cannot be rewritten because of %s: these refer to the table itself and would stay with the old one. Drop them, run the task again until %s %s, then recreate them"
              .formatted(source.name(), String.join("; ", things), source.name(), doing));
    }
    problems.addAll(privileges(connection, source));
    return problems;
  }

  private static List<String> things(Connection connection, SourceTable source)
      throws SQLException {
    SourceReader.onlyCatalog(connection);
    return Sql.strings(connection, THINGS.replace(":oid", source.oid() + "::oid")).stream()
        .sorted()
        .toList();
  }

  private static List<String> privileges(Connection connection, SourceTable source)
      throws SQLException {
    return Privileges.sentences(connection, CopySwap.needs(source.name())).stream()
        .map(missing -> "%s cannot be rewritten: %s".formatted(source.name(), missing))
        .toList();
  }
}
