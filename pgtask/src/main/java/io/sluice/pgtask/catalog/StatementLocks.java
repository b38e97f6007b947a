package io.sluice.pgtask.catalog;

import static io.sluice.pgtask.catalog.TableLock.Mode.ACCESS_EXCLUSIVE;
import static io.sluice.pgtask.catalog.TableLock.Mode.ACCESS_SHARE;
import static io.sluice.pgtask.catalog.TableLock.Mode.ROW_EXCLUSIVE;
import static io.sluice.pgtask.catalog.TableLock.Mode.ROW_SHARE;
import static io.sluice.pgtask.catalog.TableLock.Mode.SHARE;
import static io.sluice.pgtask.catalog.TableLock.Mode.SHARE_ROW_EXCLUSIVE;
import static io.sluice.pgtask.catalog.TableLock.Mode.SHARE_UPDATE_EXCLUSIVE;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableLock.Mode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which locks the statements of tasks take, on tables of others that are there already. It knows
 * the forms that tasks write, and what PostgreSQL locks beside the table that a statement names;
 * see https://www.postgresql.org/docs/current/explicit-locking.html and the page of each command.
 */
public final class StatementLocks {

  /** Tables that a name in a statement leads to; {@code {relation}} is the oid of what it names. */
  private enum Reach {
    ITSELF("select {relation}"),
    WITH_PARTITIONS("select {relation} union select relid from pg_partition_tree({relation})"),
    DEFAULT(
        "select partdefid from pg_partitioned_table where partrelid = {relation} and partdefid <> 0"),
    REFERENCED(
        "select confrelid from pg_constraint where contype = 'f' and confrelid <> conrelid"
            + " and conrelid in (select {relation} union select relid from pg_partition_tree({relation}))"),
    INDEXED("select indrelid from pg_index where indexrelid = {relation}"),
    VIEWS(
        "select r.ev_class from pg_depend d join pg_rewrite r on r.oid = d.objid"
            + " where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = {relation}"),
    WATCHED("select tgrelid from pg_trigger where tgfoid = to_regprocedure({name})");

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
  private record Rule(Pattern form, Reach reach, Mode mode) {}

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

  private static final String TABLES =
      """
      select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.oid in (:tables) and not (%s)
      """
          .formatted(WorkingTables.among("c.oid"));

  private final Connection connection;
  private final Map<TableName, Mode> strongest = new TreeMap<>();

  private StatementLocks(Connection connection) {
    this.connection = connection;
  }

  private static Rule rule(String form, Reach reach, Mode mode) {
    return new Rule(Pattern.compile(form.replace(":t", TABLE)), reach, mode);
  }

  /** The strongest lock on each table, in the order of their names. */
  public static List<TableLock> of(Connection connection, List<String> statements)
      throws SQLException {
    StatementLocks locks = new StatementLocks(connection);
    for (String statement : statements) {
      locks.add(statement);
    }
    List<TableLock> all = new ArrayList<>();
    locks.strongest.forEach((table, mode) -> all.add(new TableLock(mode, table)));
    return all;
  }

  private void add(String statement) throws SQLException {
    Matcher lock = LOCK.matcher(statement);
    if (lock.find()) {
      Reach reach = lock.group("only") == null ? Reach.WITH_PARTITIONS : Reach.ITSELF;
      add(reach, lock.group("t"), Mode.of(lock.group("mode")));
    }
    for (Rule rule : RULES) {
      Matcher matcher = rule.form.matcher(statement);
      while (matcher.find()) {
        add(rule.reach, matcher.group("t"), rule.mode);
      }
    }
  }

  private void add(Reach reach, String name, Mode mode) throws SQLException {
    String relation = "to_regclass(%s)::oid".formatted(SqlNames.literal(name));
    String sql =
        TABLES
            .replace(":tables", reach.query)
            .replace("{relation}", relation)
            .replace("{name}", SqlNames.literal(name));
    for (TableName table : Sql.list(connection, sql, TableName::read)) {
      strongest.merge(table, mode, BinaryOperator.maxBy(Comparator.naturalOrder()));
    }
  }
}
