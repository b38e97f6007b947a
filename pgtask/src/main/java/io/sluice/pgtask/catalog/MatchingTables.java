package io.sluice.pgtask.catalog;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** Which tables of a database names and globs stand for now, for people. */
public final class MatchingTables {

  private static final String TABLES =
      """
      select n.nspname, c.relname, c.relkind = 'p',
             (select count(*) from pg_inherits i where i.inhparent = c.oid),
             c.reltuples::int8
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'm') and not c.relispartition
        and n.nspname not in ('information_schema', 'sluice') and n.nspname !~ '^pg_'
        and not %s
      order by 1, 2
      """
          .formatted(WorkingTables.among("c.oid"));

  /**
   * A table that is no partition itself.
   *
   * @param partitions of a partitioned table
   * @param rows as the last vacuum or analyze estimated; below 0 if there was none
   */
  public record Match(TableName name, boolean partitioned, int partitions, long rows) {}

  private MatchingTables() {}

  /** In the order of their names. */
  public static List<Match> find(Connection connection, List<String> wanted, List<String> without)
      throws SQLException {
    TableGlobs globs = TableGlobs.of(wanted);
    TableGlobs excluded = TableGlobs.of(without);
    return Sql.list(connection, TABLES, MatchingTables::match).stream()
        .filter(match -> globs.match(match.name()) && !excluded.match(match.name()))
        .toList();
  }

  private static Match match(ResultSet row) throws SQLException {
    return new Match(TableName.read(row), row.getBoolean(3), row.getInt(4), row.getLong(5));
  }
}
