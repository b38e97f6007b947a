package io.sluice.pgtask.catalog;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * What Sluice keeps beside a table while it works: copies, logs, tables being filled, old tables. A
 * comment tells them, whatever they are called, and their partitions with them; no task works on
 * them as if they were somebody's.
 */
public final class WorkingTables {

  private static final String MARK = "Sluice working table";

  private static final String ALL =
      """
      with recursive working (oid) as (
        select objoid from pg_catalog.pg_description
        where classoid = 'pg_catalog.pg_class'::regclass and objsubid = 0 and starts_with(description, '%s')
        union all
        select i.inhrelid from working join pg_catalog.pg_inherits i on i.inhparent = working.oid)
      select oid from working\
      """
          .formatted(MARK);

  private WorkingTables() {}

  /**
   * SQL condition: whether a table is one of them.
   *
   * @param oid SQL, such as a column
   */
  public static String among(String oid) {
    return "%s in (%s)".formatted(oid, ALL);
  }

  /** Whether a table is there that is one of them. */
  public static boolean has(Connection connection, TableName table) throws SQLException {
    return Sql.isTrue(
        connection, "select " + among("to_regclass(" + SqlNames.literal(table.sql()) + ")"));
  }

  /**
   * SQL that makes a table one of them.
   *
   * @param of the table it is about
   */
  public static String mark(TableName table, TableName of) {
    return comment(table, SqlNames.literal("%s, made for %s".formatted(MARK, of)));
  }

  /** SQL that gives it into use. */
  public static String release(TableName table) {
    return comment(table, "null");
  }

  private static String comment(TableName table, String text) {
    return "comment on table %s is %s".formatted(table.sql(), text);
  }
}
