package io.sluice.pgtask.maintenance;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.run.SqlStep;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.TaskRun;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Invalid indexes. Those that a broken REINDEX CONCURRENTLY left are dropped, by DROP INDEX
 * CONCURRENTLY, which takes SHARE UPDATE EXCLUSIVE on the table; those a person made are reported.
 * While somebody holds SHARE UPDATE EXCLUSIVE or SHARE on the table an index may just be in the
 * making, and is left alone. See
 * https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY
 */
final class InvalidIndexes {

  private static final Pattern OF_REINDEX = Pattern.compile(".*_cc(new|old)\\d*", Pattern.DOTALL);

  private static final String SQL =
      """
      select n.nspname, x.relname, x.relkind = 'I' as partitioned, tn.nspname as table_schema, t.relname as table_name,
        exists (select from pg_catalog.pg_locks l
          where l.locktype = 'relation' and l.relation = t.oid and l.granted and l.pid <> pg_backend_pid()
            and l.database = (select oid from pg_catalog.pg_database where datname = current_database())
            and l.mode in ('ShareUpdateExclusiveLock', 'ShareLock')) as busy
      from pg_catalog.pg_index i
        join pg_catalog.pg_class x on x.oid = i.indexrelid
        join pg_catalog.pg_namespace n on n.oid = x.relnamespace
        join pg_catalog.pg_class t on t.oid = i.indrelid
        join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
      where not i.indisvalid and i.indrelid = any (?::bigint[]::oid[])
      order by n.nspname, x.relname
      """;

  /**
   * An invalid index.
   *
   * @param partitioned of a partitioned table; invalid as long as a partition lacks it
   * @param busy somebody may be making it now
   */
  record Index(TableName name, TableName table, boolean partitioned, boolean busy) {
    boolean ofReindex() {
      return !partitioned && OF_REINDEX.matcher(name.name()).matches();
    }

    String drop() {
      return "drop index concurrently if exists " + name.sql();
    }
  }

  private InvalidIndexes() {}

  /** Drops or reports the invalid indexes of tables. */
  static void clean(TaskRun run, Collection<TableInfo> tables) throws SQLException {
    for (Index index : invalid(run, tables.stream().map(TableInfo::oid).toList())) {
      if (index.busy()) {
        run.note(
            index.name()
                + " of "
                + index.table()
                + " is invalid; another session may still be building it");
      } else if (index.ofReindex()) {
        run.step(
            SqlStep.autocommit(
                "Drop invalid index %s of %s, left by an interrupted rebuild"
                    .formatted(index.name(), index.table()),
                index.drop()));
      } else {
        run.problem(reproach(index));
      }
    }
  }

  private static String reproach(Index index) {
    return index.partitioned()
        ? "index %s of %s is invalid, because at least one partition has no matching index; create it there and attach it with ALTER INDEX … ATTACH PARTITION"
            .formatted(index.name(), index.table())
        : "index %s of %s is invalid: a CREATE INDEX CONCURRENTLY was interrupted; it slows down every write and helps no query. Drop it, or run REINDEX INDEX CONCURRENTLY %s"
            .formatted(index.name(), index.table(), index.name().sql());
  }

  /** What a broken rebuild left at a table. */
  static List<Index> ofTable(StepContext context, TableName table) throws SQLException {
    long oid = context.read(c -> Sql.number(c, "select ?::regclass::oid::bigint", table.sql()));
    return invalid(context, List.of(oid)).stream().filter(Index::ofReindex).toList();
  }

  private static List<Index> invalid(StepContext context, List<Long> tables) throws SQLException {
    return context.read(c -> Sql.list(c, SQL, InvalidIndexes::index, Sql.longs(tables)));
  }

  private static Index index(ResultSet row) throws SQLException {
    return new Index(
        TableName.read(row),
        new TableName(row.getString("table_schema"), row.getString("table_name")),
        row.getBoolean("partitioned"),
        row.getBoolean("busy"));
  }
}
