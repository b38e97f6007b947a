package io.sluice.loader.table;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Says who holds the locks of tables, so that a person need not search. Locks that are only waited
 * for do not count: what is in front of them does. See
 * https://www.postgresql.org/docs/current/view-pg-locks.html
 */
public final class LockHolders {

  /** Modes that do not let rows be written; see "Table-Level Lock Modes" in the manual. */
  private static final Set<String> AGAINST_WRITERS =
      Set.of("ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock");

  private static final String HOLDERS =
      """
      select w.id, w.tab || ' is locked (' || lower(regexp_replace(l.mode, '(.)([A-Z])', '\\1 \\2', 'g')) || ') by pid ' || l.pid
             || ' (' || coalesce(nullif(a.application_name, ''), 'no application name')
             || ', ' || coalesce(a.state, a.backend_type, 'state unknown')
             || coalesce(', query ' || date_trunc('second', clock_timestamp() - a.query_start) || ' old', '')
             || coalesce(', transaction ' || date_trunc('second', clock_timestamp() - a.xact_start) || ' old', '')
             || ')' as words
      from unnest(?::int[], ?::text[], ?::text[]) as w (id, tab, class)
      cross join lateral (
        select to_regclass(w.class) as oid
        union all select inhrelid from pg_inherits where inhparent = to_regclass(w.class)) c
      join pg_locks l on l.locktype = 'relation' and l.relation = c.oid and l.granted and l.pid <> pg_backend_pid()
        and l.database = (select oid from pg_database where datname = current_database())
      left join pg_stat_activity a on a.pid = l.pid
      where ? or l.mode = any (?)
         or l.mode = 'RowExclusiveLock' and a.xact_start < clock_timestamp() - make_interval(secs => ?)
      order by l.mode = any (?) desc, a.xact_start nulls last, w.id
      """;

  private LockHolders() {}

  /** Who holds a lock that a change of these tables must wait for, the oldest first, by table. */
  public static Map<Integer, String> againstChanges(
      Connection connection, Collection<TargetTable> tables) throws SQLException {
    return find(connection, tables, true, Duration.ZERO);
  }

  /**
   * The same for a lock that a load must wait for, be it only that of a key: whoever has been
   * writing for as long as was waited may have written it.
   */
  public static Map<Integer, String> againstLoads(
      Connection connection, Collection<TargetTable> tables, Duration waited) throws SQLException {
    return find(connection, tables, false, waited);
  }

  private record Holder(int tableId, String words) {}

  private static Map<Integer, String> find(
      Connection connection, Collection<TargetTable> tables, boolean anyMode, Duration writing)
      throws SQLException {
    List<Holder> holders =
        Sql.list(
            connection,
            HOLDERS,
            row -> new Holder(row.getInt("id"), row.getString("words")),
            Sql.array("int", tables, TargetTable::id),
            Sql.array("text", tables, TargetTable::display),
            Sql.array("text", tables, TargetTable::qualified),
            anyMode,
            Sql.texts(AGAINST_WRITERS),
            writing,
            Sql.texts(AGAINST_WRITERS));
    return holders.stream()
        .collect(
            Collectors.toMap(
                Holder::tableId, Holder::words, (oldest, other) -> oldest, LinkedHashMap::new));
  }
}
