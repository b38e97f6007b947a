package io.sluice.pgtask.maintenance;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableGlobs;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.catalog.WorkingTables;
import io.sluice.pgtask.maintenance.statistics.ServerInfo;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.maintenance.statistics.TableInfo.Ages;
import io.sluice.pgtask.maintenance.statistics.TableInfo.Rows;
import io.sluice.pgtask.maintenance.statistics.TableInfo.Size;
import io.sluice.pgtask.run.StepContext;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the tables of a task in two queries. Catalogues, temporary and foreign tables, what an
 * extension owns, and {@link WorkingTables} are never among them.
 *
 * <p>The size of a table is asked for under ACCESS SHARE, which waits behind ACCESS EXCLUSIVE; so a
 * table that somebody locks is not asked, its size is as of the last count.
 */
final class TableFinder {

  private static final String NAMES =
      """
      with recursive up (oid, parent, depth) as (
        select inhrelid, inhparent, 1
        from pg_catalog.pg_inherits join pg_catalog.pg_class p on p.oid = inhparent and p.relkind = 'p'
        union all
        select up.oid, i.inhparent, depth + 1
        from up join pg_catalog.pg_inherits i on i.inhrelid = up.parent),
      parents as (
        select up.oid, array_agg(n.nspname::text order by depth) as schemas,
          array_agg(p.relname::text order by depth) as names
        from up join pg_catalog.pg_class p on p.oid = up.parent
          join pg_catalog.pg_namespace n on n.oid = p.relnamespace
        group by up.oid)
      select c.oid::bigint, n.nspname, c.relname, parents.schemas, parents.names
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        left join parents on parents.oid = c.oid
      where c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't'
        and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and n.nspname !~ '^pg_(toast_)?temp_'
        and n.nspname <> 'repack' and not %s
        and not exists (select from pg_catalog.pg_depend e
          where e.classid = 'pg_catalog.pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
      """;

  private static final String TABLES =
      """
      with
      locked as materialized (
        select relation, min(pid) as pid from pg_catalog.pg_locks
        where locktype = 'relation' and mode = 'AccessExclusiveLock' and pid <> pg_backend_pid()
          and database = (select oid from pg_catalog.pg_database where datname = current_database())
        group by relation),
      vacuuming as materialized (
        select relid from pg_catalog.pg_stat_progress_vacuum where datname = current_database())
      select c.oid::bigint, n.nspname, c.relname, c.relkind::text, locked.pid,
        pg_has_role(c.relowner, 'USAGE') or %1$s as owned,
        pg_has_role(c.relowner, 'USAGE') or %1$s or pg_has_role(d.datdba, 'USAGE') as tended,
        pg_get_userbyid(c.relowner) as owner,
        coalesce(pg_get_expr(c.relpartbound, 0), '') as bound,
        coalesce(substring(array_to_string(c.reloptions, ',') from 'fillfactor=([0-9]+)')::int, 100) as fillfactor,
        (select count(*) from pg_catalog.pg_index i where i.indrelid = c.oid)::int as indexes,
        case when locked.pid is null then coalesce(pg_relation_size(c.oid), 0)
          else c.relpages::bigint * %2$d end as heap,
        case when locked.pid is null then coalesce(pg_indexes_size(c.oid), 0) else 0 end as index_bytes,
        case when locked.pid is null and c.reltoastrelid <> 0 then coalesce(pg_total_relation_size(c.reltoastrelid), 0)
          else 0 end as toast_bytes,
        c.relpages, coalesce(t.relpages, 0) as toast_pages, coalesce(t.reltuples, -1) as toast_rows,
        c.reltuples, pg_stat_get_live_tuples(c.oid) as live, pg_stat_get_dead_tuples(c.oid) as dead,
        pg_stat_get_mod_since_analyze(c.oid) as changed,
        pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid)
          + pg_stat_get_tuples_deleted(c.oid) as written,
        greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)) as analyzed,
        pg_stat_get_last_autoanalyze_time(c.oid) as auto_analyzed,
        pg_stat_get_last_vacuum_time(c.oid) as vacuumed,
        c.oid in (select relid from vacuuming) as vacuuming,
        greatest(case when c.relfrozenxid::text <> '0' then age(c.relfrozenxid) end,
          case when t.relfrozenxid::text <> '0' then age(t.relfrozenxid) end, 0) as xids,
        greatest(case when c.relminmxid::text <> '0' then mxid_age(c.relminmxid) end,
          case when t.relminmxid::text <> '0' then mxid_age(t.relminmxid) end, 0) as multixacts,
        least(current_setting('autovacuum_freeze_max_age')::bigint,
          substring(array_to_string(c.reloptions, ',') from 'autovacuum_freeze_max_age=([0-9]+)')::bigint) as xid_limit,
        least(current_setting('autovacuum_multixact_freeze_max_age')::bigint,
          substring(array_to_string(c.reloptions, ',')
            from 'autovacuum_multixact_freeze_max_age=([0-9]+)')::bigint) as multixact_limit
      from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        join pg_catalog.pg_database d on d.datname = current_database()
        left join pg_catalog.pg_class t on t.oid = c.reltoastrelid
        left join locked on locked.relation = c.oid
      where c.oid = any (?)
      order by n.nspname, c.relname
      """;

  private final StepContext context;
  private final ServerInfo server;
  private final TableGlobs wanted;
  private final TableGlobs excluded;

  TableFinder(StepContext context, ServerInfo server, TableGlobs wanted, TableGlobs excluded) {
    this.context = context;
    this.server = server;
    this.wanted = wanted;
    this.excluded = excluded;
  }

  /** In the order of their names. */
  List<TableInfo> find() throws SQLException {
    return context.read(this::read);
  }

  private List<TableInfo> read(Connection connection) throws SQLException {
    Map<Long, List<TableName>> parents = wanted(connection);
    String maintain = server.major() >= 17 ? "has_table_privilege(c.oid, 'MAINTAIN')" : "false";
    return Sql.list(
        connection,
        TABLES.formatted(maintain, server.page()),
        row -> table(row, parents.get(row.getLong("oid"))),
        Sql.longs(parents.keySet()));
  }

  /** The parents of each table that is asked for, by its oid: only of these are sizes asked. */
  private Map<Long, List<TableName>> wanted(Connection connection) throws SQLException {
    Map<Long, List<TableName>> parents = new HashMap<>();
    Sql.list(
        connection,
        NAMES.formatted(WorkingTables.among("c.oid")),
        row -> {
          List<TableName> above = parents(row);
          TableName name = new TableName(row.getString("nspname"), row.getString("relname"));
          if (wanted.match(name, above) && !excluded.match(name, above)) {
            parents.put(row.getLong("oid"), above);
          }
          return name;
        });
    return parents;
  }

  private static TableInfo table(ResultSet row, List<TableName> parents) throws SQLException {
    int lockedBy = row.getInt("pid");
    return new TableInfo(
        row.getLong("oid"),
        new TableName(row.getString("nspname"), row.getString("relname")),
        row.getString("relkind").charAt(0),
        parents,
        lockedBy == 0 ? Optional.empty() : Optional.of(lockedBy),
        row.getBoolean("owned"),
        row.getBoolean("tended"),
        row.getString("owner"),
        row.getString("bound"),
        row.getInt("fillfactor"),
        row.getInt("indexes"),
        size(row),
        rows(row),
        new Ages(
            row.getLong("xids"),
            row.getLong("multixacts"),
            row.getLong("xid_limit"),
            row.getLong("multixact_limit")));
  }

  private static List<TableName> parents(ResultSet row) throws SQLException {
    List<String> schemas = Sql.elements(row, "schemas");
    List<String> names = Sql.elements(row, "names");
    List<TableName> parents = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      parents.add(new TableName(schemas.get(i), names.get(i)));
    }
    return List.copyOf(parents);
  }

  private static Size size(ResultSet row) throws SQLException {
    return new Size(
        row.getLong("heap"),
        row.getLong("index_bytes"),
        row.getLong("toast_bytes"),
        row.getLong("relpages"),
        row.getLong("toast_pages"),
        row.getDouble("toast_rows"));
  }

  private static Rows rows(ResultSet row) throws SQLException {
    return new Rows(
        row.getDouble("reltuples"),
        row.getLong("live"),
        row.getLong("dead"),
        row.getLong("changed"),
        row.getLong("written"),
        Optional.ofNullable(Sql.instant(row, "analyzed")),
        Optional.ofNullable(Sql.instant(row, "auto_analyzed")),
        Optional.ofNullable(Sql.instant(row, "vacuumed")),
        row.getBoolean("vacuuming"));
  }
}
