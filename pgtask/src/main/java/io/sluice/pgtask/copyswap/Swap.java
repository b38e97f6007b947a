package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.catalog.WorkingTables;
import io.sluice.pgtask.copyswap.CopySwapState.Phase;
import io.sluice.pgtask.run.StepContext;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The short transaction in which the copy takes the table's place. Whoever waits for the lock finds
 * the copy under the table's name. As after TRUNCATE or CLUSTER, a transaction in REPEATABLE READ
 * that began before and has not touched the table yet would not see what was applied last; where
 * one idles for seconds, the change waits for it. See
 * https://www.postgresql.org/docs/current/mvcc-caveats.html
 */
final class Swap {

  /** Each time that more was written than fits the time under the lock, twice as much may be. */
  private static final int DOUBLINGS = 12;

  /**
   * Forgotten ones; those of sessions at work cannot be told from READ COMMITTED. A role without
   * pg_read_all_stats sees its own only.
   */
  private static final String OLD_SNAPSHOTS =
      """
      select pid from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_xmin is not null
        and backend_type = 'client backend' and state like 'idle in transaction%'
        and state_change < clock_timestamp() - interval '2 seconds'
      order by 1
      """;

  private final SourceTable source;
  private final CopyNames names;
  private final CopyLayout layout;
  private final ChangeLog log;
  private final CatchUp catchUp;
  private final LastLook lastLook;

  Swap(SourceTable source, CopyNames names, CopyLayout layout, ChangeLog log, CatchUp catchUp) {
    this.source = source;
    this.names = names;
    this.layout = layout;
    this.log = log;
    this.catchUp = catchUp;
    this.lastLook = new LastLook(source, names, layout, log);
  }

  /** From the lock's grant to the commit. */
  Duration run(StepContext context) throws SQLException {
    for (int n = 0; ; n = Math.min(n + 1, DOUBLINGS)) {
      catchUp.run(context);
      layout.beforeSwap(context);
      int most = ChangeLog.SHORT << n;
      AtomicLong locked = new AtomicLong();
      try {
        context.read(this::checkSnapshots);
        if (context.transaction(connection -> change(connection, most, locked))) {
          return Duration.ofNanos(System.nanoTime() - locked.get());
        }
      } catch (OldSnapshot e) {
        throw new SQLException(e.getMessage(), CopySwapStep.IN_USE, e);
      } catch (SQLException e) {
        if (!catchUp.makeRoom(context, e)) {
          throw e;
        }
      }
    }
  }

  /**
   * The locks come before anything that takes a snapshot, so that whatever was committed before
   * their grant is seen. Rows are found under the session's own search_path, like everywhere else:
   * constraints may call functions that need it.
   */
  private boolean change(Connection connection, int most, AtomicLong locked) throws SQLException {
    Sql.execute(connection, layout.locks());
    locked.set(System.nanoTime());
    String path = SourceReader.onlyCatalog(connection);
    lastLook.verify(connection);
    SourceReader.searchPath(connection, path);
    if (!layout.ready(connection) || left(connection, most + 1) > most) {
      return false;
    }
    log.apply(connection, ChangeLog.ALL);
    checkSnapshots(connection);
    List<String> sql = new ArrayList<>(TableAttributes.read(connection, source, layout.renaming()));
    sql.addAll(0, foreignKeys(connection));
    sql.addAll(0, layout.swap(connection));
    sql.addAll(0, ChangeLog.unwatch(names));
    sql.addAll(log.fence(connection, source.name()));
    for (Attachment place : source.attachment().stream().toList()) {
      sql.addAll(log.fence(connection, place.parent()));
    }
    sql.add(WorkingTables.mark(layout.renaming().oldTable(), source.name()));
    sql.add(CopySwapState.to(names, Phase.SWAPPED));
    Sql.execute(connection, String.join(";\n", sql));
    return true;
  }

  /** What is written from now on is checked; the rest is validated when nobody waits. */
  private List<String> foreignKeys(Connection connection) throws SQLException {
    List<ForeignKey> keys = layout.foreignKeys().orElse(List.of());
    if (keys.isEmpty()) {
      return List.of();
    }
    List<String> sql = new ArrayList<>(log.follow(layout.renaming().oldTable(), keys));
    List<TableName> tables =
        ForeignKey.onPartitioned(connection)
            ? List.of(source.name())
            : IndexBuild.leaves(connection, names.copy());
    keys.forEach(key -> tables.forEach(table -> sql.addAll(key.addUnvalidated(table))));
    sql.add(CopySwapState.toValidate(names, keys));
    return sql;
  }

  /** Tried again like a lock that others hold. */
  private static final class OldSnapshot extends SQLException {
    private static final long serialVersionUID = 1L;

    OldSnapshot(String message) {
      super(message, "55P03");
    }
  }

  private boolean checkSnapshots(Connection connection) throws SQLException {
    List<String> pids = Sql.strings(connection, OLD_SNAPSHOTS);
    if (!pids.isEmpty()) {
      throw new OldSnapshot(
          "sessions %s are idle in a transaction and hold an old snapshot, which would see too few rows of %s after the swap; end them, or the next run retries"
              .formatted(String.join(", ", pids), source.name()));
    }
    return true;
  }

  private long left(Connection connection, int limit) throws SQLException {
    return Sql.number(
        connection,
        "select count(*) from (select from %s limit %d) as l".formatted(names.log().sql(), limit));
  }

  List<String> sql() {
    List<String> sql = new ArrayList<>(layout.locks());
    sql.addAll(ChangeLog.unwatch(names));
    sql.addAll(layout.swapSql());
    for (ForeignKey key : layout.foreignKeys().orElse(List.of())) {
      sql.add(
          "alter table <each partition> add constraint %s %s not valid"
              .formatted(SqlNames.quote(key.name()), key.definition()));
    }
    sql.add("<grants, triggers, policies, comments and views of " + source.name().sql() + ">");
    return sql;
  }
}
