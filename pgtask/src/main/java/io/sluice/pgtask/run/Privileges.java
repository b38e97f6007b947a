package io.sluice.pgtask.run;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Looks before the first change whether the session's role may do what a run is about to do, so
 * that all missing rights are said at once, each as the SQL that gives it.
 *
 * <p>See https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-ACCESS and
 * https://www.postgresql.org/docs/current/ddl-priv.html
 */
public final class Privileges {

  /** More than this make a sentence no clearer. */
  private static final int SAID = 5;

  /**
   * Finds who lacks what: the number of the need, the right in words, to follow "role x", and what
   * an administrator runs. Nothing is lacking of what is not there.
   */
  private enum Right {
    /**
     * Superusers' tables are given away rather than their role. Where the table cannot be worked on
     * for that, its partitions are said too, if its remedy is not theirs: their turn would come
     * later.
     */
    OWNERSHIP(
        """
        select nth, format('must own table %I.%I, which belongs to %I', n.nspname, c.relname, o.rolname),
          case
            when o.rolsuper then format('alter table %I.%I owner to %I', n.nspname, c.relname, current_user)
            when pg_has_role(o.oid, 'MEMBER') and current_setting('server_version_num')::int >= 160000
              then format('grant %I to %I with inherit true', o.rolname, current_user)
            when pg_has_role(o.oid, 'MEMBER') then format('alter role %I inherit', current_user)
            else format('grant %I to %I', o.rolname, current_user) end
        from tables t cross join lateral (
          select t.oid as part union all
          select i.inhrelid from pg_catalog.pg_inherits i join pg_catalog.pg_class p on p.oid = i.inhrelid
          join pg_catalog.pg_roles r on r.oid = p.relowner
          where i.inhparent = t.oid and (r.rolsuper or r.oid <> t.relowner)
            and not (pg_has_role(t.relowner, 'USAGE') and has_schema_privilege(t.nspoid, 'CREATE'))) x
        join pg_catalog.pg_class c on c.oid = x.part join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        join pg_catalog.pg_roles o on o.oid = c.relowner where not pg_has_role(o.oid, 'USAGE')
        """),
    READING(
        """
        select nth, format('lacks SELECT on %I.%I', nspname, relname),
          format('grant select on %I.%I to %I', nspname, relname, current_user)
        from tables where not has_table_privilege(oid, 'SELECT')
        """),
    REFERENCING(
        """
        select nth, format('lacks REFERENCES on %I.%I', nspname, relname),
          format('grant references on %I.%I to %I', nspname, relname, current_user)
        from tables where not has_table_privilege(oid, 'REFERENCES')
        """),
    /** Any of the rights that LOCK TABLE asks for in a mode that keeps writers out. */
    LOCKING_WRITERS(
        """
        select nth, format('may not lock %I.%I, for which it needs UPDATE, DELETE or TRUNCATE on it', nspname, relname),
          format('grant update on %I.%I to %I', nspname, relname, current_user)
        from tables where not has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE')
        """),
    ALL_ROWS(
        """
        select nth, format('may not see all rows of %I.%I, because of its policies', nspname, relname),
          format('alter role %I bypassrls', current_user)
        from tables where row_security_active(oid)
        """),
    SCHEMA_USAGE(
        """
        select nth, format('lacks USAGE on schema %I', n.nspname),
          format('grant usage on schema %I to %I', n.nspname, current_user)
        from needs join pg_catalog.pg_namespace n on n.nspname = schema where not has_schema_privilege(n.oid, 'USAGE')
        """),
    /** In the database if the schema is yet to be made. */
    CREATION(
        """
        select nth, 'lacks CREATE on ' || x.place, format('grant create on %s to %I', x.place, current_user)
        from needs left join pg_catalog.pg_namespace n on n.nspname = schema
        cross join lateral (select case when n.oid is null then format('database %I', current_database())
          else format('schema %I', schema) end as place) x
        where not case when n.oid is null then has_database_privilege(current_database(), 'CREATE')
          else has_schema_privilege(n.oid, 'CREATE') end
        """),
    TABLESPACE(
        """
        select nth, format('lacks CREATE on tablespace %I', spcname),
          format('grant create on tablespace %I to %I', spcname, current_user)
        from needs join pg_catalog.pg_tablespace on spcname = name where not has_tablespace_privilege(oid, 'CREATE')
        """),
    /** Of a role to which tables of the schema are given. */
    CREATION_OF_OWNER(
        """
        select nth, format('may not give tables to %I, which lacks CREATE on schema %I', r.rolname, n.nspname),
          format('grant create on schema %I to %I', n.nspname, r.rolname)
        from needs join pg_catalog.pg_roles r on r.rolname = name
        join pg_catalog.pg_namespace n on n.nspname = schema where not has_schema_privilege(r.oid, n.oid, 'CREATE')
        """),
    /** The same of a table's owner; nothing is given to oneself. */
    CREATION_OF_ITS_OWNER(
        """
        select nth, format('may not give tables to %I, which lacks CREATE on schema %I', r.rolname, nspname),
          format('grant create on schema %I to %I', nspname, r.rolname)
        from tables join pg_catalog.pg_roles r on r.oid = relowner
        where r.rolname <> current_user and not has_schema_privilege(r.oid, nspoid, 'CREATE')
        """);

    private static final String OF_NEEDS =
        """
        with needs as (select * from unnest(?::text[], ?::text[]) with ordinality as need (schema, name, nth)),
        tables as (
          select nth, c.oid, c.relname, c.relowner, n.nspname, n.oid as nspoid from needs
          join pg_catalog.pg_namespace n on n.nspname = schema
          join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = name)
        select x.*, quote_ident(current_user) from (%s) as x (nth, lack, remedy) order by nth
        """;

    private final String sql;

    Right(String sql) {
      this.sql = OF_NEEDS.replace("%s", sql);
    }
  }

  /** A right that is needed on something. */
  public record Requirement(Right right, String schema, String name) {}

  /** A need that is not met. */
  private record Missing(Requirement need, String lack, String remedy, String role) {}

  private Privileges() {}

  /** Ownership, itself or by membership: ALTER, DROP, ATTACH, DETACH, CREATE INDEX, REINDEX. */
  public static Requirement owning(TableName table) {
    return of(Right.OWNERSHIP, table);
  }

  public static Requirement reading(TableName table) {
    return of(Right.READING, table);
  }

  /** Foreign keys that point to it. */
  public static Requirement referencing(TableName table) {
    return of(Right.REFERENCING, table);
  }

  /** LOCK TABLE in a mode that keeps writers out. */
  public static Requirement lockingWriters(TableName table) {
    return of(Right.LOCKING_WRITERS, table);
  }

  /** Whatever policies hide. */
  public static Requirement seeingAllRows(TableName table) {
    return of(Right.ALL_ROWS, table);
  }

  /** Making tables in a schema, or the schema itself if it is not there. */
  public static Requirement creatingIn(String schema) {
    return new Requirement(Right.CREATION, schema, "");
  }

  /** Seeing what is in a schema. */
  public static Requirement using(String schema) {
    return new Requirement(Right.SCHEMA_USAGE, schema, "");
  }

  public static Requirement storingIn(String tablespace) {
    return new Requirement(Right.TABLESPACE, "", tablespace);
  }

  /** New tables beside a table being given to its owner: that needs CREATE there itself. */
  public static Requirement givingToOwner(TableName table) {
    return of(Right.CREATION_OF_ITS_OWNER, table);
  }

  /** Tables of a schema becoming a role's: it needs CREATE there itself. */
  public static Requirement giving(String newOwner, String schema) {
    return new Requirement(Right.CREATION_OF_OWNER, schema, newOwner);
  }

  /** All that making tables beside a table, as its owner, takes. */
  public static List<Requirement> makingBeside(TableName table) {
    return List.of(using(table.schema()), owning(table), creatingIn(table.schema()));
  }

  private static Requirement of(Right right, TableName table) {
    return new Requirement(right, table.schema(), table.name());
  }

  /** A query for each kind of right, however many needs there are. */
  private static List<Missing> missing(Connection connection, Collection<Requirement> needs)
      throws SQLException {
    List<Missing> missing = new ArrayList<>();
    Map<Right, List<Requirement>> byRight =
        needs.stream()
            .distinct()
            .collect(groupingBy(Requirement::right, LinkedHashMap::new, Collectors.toList()));
    for (Map.Entry<Right, List<Requirement>> kind : byRight.entrySet()) {
      List<Requirement> of = kind.getValue();
      missing.addAll(
          Sql.list(
              connection,
              kind.getKey().sql,
              row ->
                  new Missing(
                      of.get(row.getInt(1) - 1),
                      row.getString(2),
                      row.getString(3),
                      row.getString(4)),
              Sql.texts(of.stream().map(Requirement::schema).toList()),
              Sql.texts(of.stream().map(Requirement::name).toList())));
    }
    return missing;
  }

  /** What is missing, a sentence for each remedy. */
  public static List<String> sentences(Connection connection, Collection<Requirement> needs)
      throws SQLException {
    return sentences(missing(connection, needs));
  }

  private static List<String> sentences(List<Missing> missing) {
    return missing.stream()
        .collect(groupingBy(Missing::remedy, LinkedHashMap::new, Collectors.toList()))
        .values()
        .stream()
        .map(Privileges::sentence)
        .toList();
  }

  private static String sentence(List<Missing> ofRemedy) {
    String lacks =
        ofRemedy.stream()
            .map(Missing::lack)
            .distinct()
            .limit(SAID)
            .collect(Collectors.joining("; "));
    String more = ofRemedy.size() > SAID ? "; and " + (ofRemedy.size() - SAID) + " more" : "";
    Missing one = ofRemedy.get(0);
    return "role %s %s%s. Run: %s".formatted(one.role(), lacks, more, one.remedy());
  }

  /**
   * Says each missing right as a problem of the run.
   *
   * @return the needs that are not met
   */
  public static Set<Requirement> require(TaskRun run, Collection<Requirement> needs)
      throws SQLException {
    List<Missing> missing = run.read(connection -> missing(connection, needs));
    sentences(missing).forEach(run::problem);
    return missing.stream().map(Missing::need).collect(toSet());
  }
}
