package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.maintenance.statistics.ServerInfo;
import io.sluice.pgtask.run.TaskKind;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.MaintenanceSpec;
import java.sql.SQLException;

/**
 * Vacuums, analyses, rebuilds and rewrites what needs it, and nothing else: first what is near
 * wraparound, then statistics, then by bytes won per byte of work.
 *
 * <p>Locks: VACUUM, ANALYZE and REINDEX CONCURRENTLY take SHARE UPDATE EXCLUSIVE, beside which
 * others read and write (https://www.postgresql.org/docs/current/explicit-locking.html). VACUUM
 * cuts off the empty end of a table under ACCESS EXCLUSIVE, which it gets only if nobody else has
 * the table, and gives back as soon as somebody wants it. Rewriting a table takes ACCESS EXCLUSIVE
 * for moments, see {@link io.sluice.pgtask.copyswap.CopySwap}; so does PostgreSQL 19's REPACK
 * (CONCURRENTLY).
 *
 * <p>Results: tablesVacuumed, tablesAnalyzed, indexesRebuilt, tablesRewritten, bytesFreed; of
 * rewrites by copy and swap also bytesBefore and bytesAfter.
 */
public final class Maintenance implements TaskKind<MaintenanceSpec> {

  @Override
  public void run(MaintenanceSpec spec, TaskRun run) throws SQLException {
    new MaintenanceRun(spec, run, ServerInfo.read(run)).run();
  }
}
