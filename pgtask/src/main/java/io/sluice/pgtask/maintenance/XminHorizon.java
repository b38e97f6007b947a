package io.sluice.pgtask.maintenance;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.task.HumanFormat;
import java.sql.SQLException;
import java.util.List;

/**
 * What keeps VACUUM from removing dead rows and freezing old ones: the oldest transactions somebody
 * may still need to see. See
 * https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-WRAPAROUND
 */
final class XminHorizon {

  private static final String SQL =
      """
      select what, remedy, xids from (
        select format('session %s of %s (%s), in a transaction since %s', pid, usename,
            coalesce(nullif(application_name, ''), 'no application name'), to_char(xact_start, 'YYYY-MM-DD HH24:MI TZ')),
          format('wait for it to end, or end it with select pg_terminate_backend(%s)', pid),
          greatest(age(backend_xmin), age(backend_xid))
        from pg_catalog.pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()
          and backend_type not in ('autovacuum worker', 'walsender') and query !~* '^\\s*vacuum'
        union all
        select format('standby %s, whose queries need old rows', coalesce(nullif(application_name, ''), client_addr::text)),
          'end its long queries, or set hot_standby_feedback = off there', age(backend_xmin)
        from pg_catalog.pg_stat_replication
        union all
        select format('replication slot %s%s', slot_name, case when active then '' else ', which is inactive' end),
          format('let its consumer catch up, or drop it with select pg_drop_replication_slot(%L)', slot_name),
          greatest(age(xmin), age(catalog_xmin))
        from pg_catalog.pg_replication_slots where catalog_xmin is null or database = current_database()
        union all
        select format('prepared transaction %s of %s, prepared at %s', gid, owner,
            to_char(prepared, 'YYYY-MM-DD HH24:MI TZ')),
          format('end it with commit prepared %L, or rollback prepared %L', gid, gid), age(transaction)
        from pg_catalog.pg_prepared_xacts where database = current_database()
      ) holder (what, remedy, xids)
      where xids >= ? order by xids desc limit 3
      """;

  /** Who holds it, and what to do. */
  record Holder(String what, String remedy, long xids) {}

  private XminHorizon() {}

  /** The three that hold it farthest back, at least so many transactions. */
  static List<Holder> holders(StepContext context, long atLeast) throws SQLException {
    return context.read(
        connection ->
            Sql.list(
                connection,
                SQL,
                row -> new Holder(row.getString(1), row.getString(2), row.getLong(3)),
                atLeast));
  }

  /** For people: who holds it and the remedy; that nobody does, where so. */
  static String description(List<Holder> holders) {
    if (holders.isEmpty()) {
      return "nothing holds old transactions back now, so vacuuming its tables helps";
    }
    List<String> all =
        holders.stream()
            .map(
                h ->
                    "%s holds back %s transactions: %s"
                        .formatted(h.what(), HumanFormat.count(h.xids()), h.remedy()))
            .toList();
    return String.join("; ", all);
  }
}
