package io.sluice.pgtask.catalog;

import static io.sluice.pgtask.catalog.TableLock.Mode.ACCESS_EXCLUSIVE;
import static io.sluice.pgtask.catalog.TableLock.Mode.ACCESS_SHARE;
import static io.sluice.pgtask.catalog.TableLock.Mode.ROW_EXCLUSIVE;
import static io.sluice.pgtask.catalog.TableLock.Mode.ROW_SHARE;
import static io.sluice.pgtask.catalog.TableLock.Mode.SHARE;
import static io.sluice.pgtask.catalog.TableLock.Mode.SHARE_ROW_EXCLUSIVE;
import static io.sluice.pgtask.catalog.TableLock.Mode.SHARE_UPDATE_EXCLUSIVE;
import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.maxBy;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableLock.Mode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which locks the statements of tasks take, on tables of others that are there already. It knows
 * the forms that tasks write, and what PostgreSQL locks beside the table that a statement names;
 * see https://www.postgresql.org/docs/current/explicit-locking.html and the page of each command.
 */
public final class StatementLocks {

  /**
   * Tables that a name leads to, as a query: {@code n.name} as it is written, {@code n.oid} its.
   */
  private enum Reach {
    ITSELF("select n.oid"),
    WITH_PARTITIONS("select n.oid union select relid from pg_partition_tree(n.oid)"),
    DEFAULT(
        "select partdefid from pg_partitioned_table where partrelid = n.oid and partdefid <> 0"),
    REFERENCED(
        "select confrelid from pg_constraint where contype = 'f' and confrelid <> conrelid"
            + " and conrelid in (select n.oid union select relid from pg_partition_tree(n.oid))"),
    INDEXED("select indrelid from pg_index where indexrelid = n.oid"),
    VIEWS(
        "select r.ev_class from pg_depend d join pg_rewrite r on r.oid = d.objid"
            + " where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = n.oid"),
    WATCHED("select tgrelid from pg_trigger where tgfoid = to_regprocedure(n.name)");

    private final String query;

    Reach(String query) {
      this.query = query;
    }
  }

  /**
   * What one form of statements locks.
   *
   * @param form finds the name in its group {@code t}
   */
  private record Rule(Pattern form, Lock lock) {}

  private static final String PART = "(?:\"(?:[^\"]|\"\")+\"|[\\w$]+)";
  private static final String TABLE = "(?<t>%1$s\\.%1$s)".formatted(PART);

  private static final String ADD_FOREIGN_KEY = "add constraint %s foreign key".formatted(PART);

  private static final List<Rule> RULES =
      List.of(
          rule("(?:from|join|using) (?:only )?:t", Reach.ITSELF, ACCESS_SHARE),
          rule("^<copy :t", Reach.ITSELF, ACCESS_SHARE),
          rule("^<.* views of :t>", Reach.VIEWS, ACCESS_EXCLUSIVE),
          rule("\\(like :t", Reach.ITSELF, ACCESS_SHARE),
          rule("^(?:insert into|delete from|update) (?:only )?:t", Reach.ITSELF, ROW_EXCLUSIVE),
          rule("^truncate :t", Reach.WITH_PARTITIONS, ACCESS_EXCLUSIVE),
          rule("^analyze only :t", Reach.ITSELF, SHARE_UPDATE_EXCLUSIVE),
          rule("^analyze :t", Reach.WITH_PARTITIONS, SHARE_UPDATE_EXCLUSIVE),
          rule("^vacuum \\([^)]*\\) :t", Reach.ITSELF, SHARE_UPDATE_EXCLUSIVE),
          rule("^repack \\([^)]*\\) :t", Reach.ITSELF, ACCESS_EXCLUSIVE),
          rule(
              "^(?:reindex|drop) index concurrently (?:if exists )?:t",
              Reach.INDEXED,
              SHARE_UPDATE_EXCLUSIVE),
          rule("^drop index :t", Reach.INDEXED, ACCESS_EXCLUSIVE),
          rule(
              "^create (?:unique )?index concurrently (?:\\S+ )?on (?:only )?:t",
              Reach.ITSELF,
              SHARE_UPDATE_EXCLUSIVE),
          rule(
              "^create (?:unique )?index (?!concurrently)(?:\\S+ )?on :t",
              Reach.WITH_PARTITIONS,
              SHARE),
          rule("^create trigger .* on :t", Reach.ITSELF, SHARE_ROW_EXCLUSIVE),
          rule("^drop trigger .* on :t", Reach.ITSELF, ACCESS_EXCLUSIVE),
          rule("^create (?:or replace )?view :t", Reach.ITSELF, ACCESS_EXCLUSIVE),
          rule("^comment on table :t", Reach.ITSELF, SHARE_UPDATE_EXCLUSIVE),
          rule("^drop table (?:if exists )?:t", Reach.WITH_PARTITIONS, ACCESS_EXCLUSIVE),
          rule("^drop table (?:if exists )?:t", Reach.REFERENCED, ACCESS_EXCLUSIVE),
          rule(
              "^alter table (?:only )?:t (?:attach partition|detach partition \\S+ (?:concurrently|finalize))",
              Reach.ITSELF,
              SHARE_UPDATE_EXCLUSIVE),
          rule("^alter table (?:only )?:t detach partition \\S+$", Reach.ITSELF, ACCESS_EXCLUSIVE),
          rule("^alter table :t (?:attach|detach) partition", Reach.DEFAULT, ACCESS_EXCLUSIVE),
          rule("^alter table :t attach partition", Reach.REFERENCED, SHARE_ROW_EXCLUSIVE),
          rule(
              "^alter table \\S+ (?:attach|detach) partition :t",
              Reach.REFERENCED,
              ACCESS_EXCLUSIVE),
          rule(
              "^alter table \\S+ (?:attach|detach) partition :t",
              Reach.WITH_PARTITIONS,
              ACCESS_EXCLUSIVE),
          rule("^alter table :t validate constraint", Reach.ITSELF, SHARE_UPDATE_EXCLUSIVE),
          rule(
              "^alter table <each partition of :t> validate",
              Reach.WITH_PARTITIONS,
              SHARE_UPDATE_EXCLUSIVE),
          rule("^alter table <each partition of :t> validate", Reach.REFERENCED, ROW_SHARE),
          rule("^alter table :t enable always trigger", Reach.ITSELF, SHARE_ROW_EXCLUSIVE),
          rule("^alter table :t " + ADD_FOREIGN_KEY, Reach.ITSELF, SHARE_ROW_EXCLUSIVE),
          rule(
              "^alter table (?:if exists )?:t (?!attach|detach|validate|enable always|"
                  + ADD_FOREIGN_KEY
                  + ")",
              Reach.ITSELF,
              ACCESS_EXCLUSIVE),
          rule("^drop function if exists (?<t>.*) cascade$", Reach.WATCHED, ACCESS_EXCLUSIVE));

  private static final Pattern LOCK =
      Pattern.compile("^lock table (?<only>only )?" + TABLE + " in (?<mode>[a-z ]+) mode$");

  /** Of names, an array as the parameter. */
  private static final String REACHED =
      """
      select '%s' as mode, t.oid from (select name, to_regclass(name)::oid as oid from unnest(?::text[]) as u (name)) as n,
        lateral (%s) as t (oid)
      """;

  private static final String TABLES =
      """
      select distinct n.nspname, c.relname, r.mode
      from (%s) as r join pg_class c on c.oid = r.oid join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'f') and not (%s)
      """;

  /** What names of statements lead to, and how it is locked. */
  private record Lock(Reach reach, Mode mode) {

    String reached() {
      return REACHED.formatted(mode.name(), reach.query);
    }
  }

  private StatementLocks() {}

  private static Rule rule(String form, Reach reach, Mode mode) {
    return new Rule(Pattern.compile(form.replace(":t", TABLE)), new Lock(reach, mode));
  }

  /** The strongest lock on each table, in the order of their names. */
  public static List<TableLock> of(Connection connection, List<String> statements)
      throws SQLException {
    Map<Lock, Set<String>> names = new LinkedHashMap<>();
    statements.forEach(statement -> find(statement, names));
    if (names.isEmpty()) {
      return List.of();
    }
    String reached = names.keySet().stream().map(Lock::reached).collect(joining(" union all "));
    return Sql.list(
            connection,
            TABLES.formatted(reached, WorkingTables.among("c.oid")),
            row -> new TableLock(Mode.valueOf(row.getString(3)), TableName.read(row)),
            names.values().stream().map(Sql::texts).toArray())
        .stream()
        .collect(groupingBy(TableLock::table, TreeMap::new, maxBy(comparing(TableLock::mode))))
        .values()
        .stream()
        .flatMap(Optional::stream)
        .toList();
  }

  private static void find(String statement, Map<Lock, Set<String>> names) {
    Matcher lock = LOCK.matcher(statement);
    if (lock.find()) {
      Reach reach = lock.group("only") == null ? Reach.WITH_PARTITIONS : Reach.ITSELF;
      add(new Lock(reach, Mode.of(lock.group("mode"))), lock, names);
    }
    for (Rule rule : RULES) {
      Matcher matcher = rule.form.matcher(statement);
      while (matcher.find()) {
        add(rule.lock, matcher, names);
      }
    }
  }

  private static void add(Lock lock, Matcher found, Map<Lock, Set<String>> names) {
    names.computeIfAbsent(lock, any -> new LinkedHashSet<>()).add(found.group("t"));
  }
}
