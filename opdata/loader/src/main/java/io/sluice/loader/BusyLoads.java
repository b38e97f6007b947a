package io.sluice.loader;

import io.sluice.core.fate.RetryBatch;
import io.sluice.core.sql.Transactions;
import io.sluice.loader.table.BusyTables;
import io.sluice.loader.table.GrowingPauses;
import io.sluice.loader.table.LockHolders;
import io.sluice.loader.table.TargetTable;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Set;

/**
 * Tables that others have locked against writers: loads leave them alone for a while, so that
 * nobody waits for them again and again while other tables' files could be loaded.
 */
final class BusyLoads {

  private final Transactions transactions;
  private final Duration keyTimeout;
  private final GrowingPauses<Integer> busy;

  BusyLoads(Transactions transactions, LoadSettings settings, Clock clock) {
    this.transactions = transactions;
    this.keyTimeout = settings.loadLockTimeout();
    this.busy = new GrowingPauses<>(settings.ddlLockTimeout(), clock);
  }

  /**
   * @throws BusyTables when one of the tables is left alone now
   */
  void check(Collection<Integer> tableIds) {
    for (int id : tableIds) {
      Duration left = busy.left(id);
      if (!left.isZero()) {
        throw new BusyTables(Set.of(id), busy.reason(id), left, null);
      }
    }
  }

  void clear(Collection<Integer> tableIds) {
    tableIds.forEach(busy::clear);
  }

  /**
   * Finds out whether a load failed because somebody holds its tables.
   *
   * @throws BusyTables when so
   */
  void explain(Collection<TargetTable> tables, RetryBatch failure) {
    if (!failure.isOf(RetryBatch.LOCK_TIMEOUT)) {
      return;
    }
    Map<Integer, String> holders =
        transactions.ledger(c -> LockHolders.againstLoads(c, tables, keyTimeout));
    if (holders.isEmpty()) {
      return;
    }
    Duration pause =
        Collections.max(
            holders.entrySet().stream().map(h -> busy.note(h.getKey(), h.getValue())).toList());
    throw new BusyTables(holders.keySet(), String.join("; ", holders.values()), pause, failure);
  }
}
