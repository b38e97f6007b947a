package io.sluice.loader.table;

import io.sluice.core.catalog.TargetLock;
import io.sluice.core.fate.Fate;
import io.sluice.core.fate.RetryBatch;
import io.sluice.core.fate.SqlFates;
import io.sluice.core.sql.DatabaseException;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.sql.Transactions.Body;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Runs one change of a target's tables in a short transaction of its own: one loader at a time per
 * target, under a lock timeout, so that readers and writers never queue long behind it. A target
 * whose lock did not come is left alone for a while, so that no thread waits for it again and
 * again.
 */
final class Ddl {

  private static final int LOOKS = 2;

  private final Transactions transactions;
  private final Duration lockTimeout;
  private final GrowingPauses<Integer> busyTargets;

  Ddl(Transactions transactions, Duration lockTimeout, Clock clock) {
    this.transactions = transactions;
    this.lockTimeout = lockTimeout;
    this.busyTargets = new GrowingPauses<>(lockTimeout, clock);
  }

  /**
   * @throws RefusedTarget when the database refuses the change for a reason that stays
   * @throws BusyTables when others hold the table
   * @throws StaleTables when the table has gone meanwhile
   */
  <T> T change(TargetTable table, Body<T> change) {
    Duration rest = busyTargets.left(table.targetId());
    if (!rest.isZero()) {
      throw new BusyTables(Set.of(table.id()), busyTargets.reason(table.targetId()), rest, null);
    }
    T result = guard(table, () -> patiently(table, change));
    busyTargets.clear(table.targetId());
    return result;
  }

  /**
   * Tries a change that nobody's rows wait for.
   *
   * @throws RetryBatch when its lock did not come
   */
  <T> T attempt(TargetTable table, Body<T> change) {
    return guard(table, () -> once(table, change));
  }

  private <T> T patiently(TargetTable table, Body<T> change) {
    for (int look = 1; ; look++) {
      try {
        return once(table, change);
      } catch (RetryBatch e) {
        if (!e.isOf(RetryBatch.LOCK_TIMEOUT)) {
          throw e;
        }
        if (look == LOOKS) {
          throw busy(table, e);
        }
      }
    }
  }

  private <T> T once(TargetTable table, Body<T> change) {
    return transactions.durable(
        connection -> {
          Sql.execute(
              connection,
              "set local lock_timeout = '%dms'; %s"
                  .formatted(lockTimeout.toMillis(), TargetLock.sql(table.targetId())));
          return change.run(connection);
        });
  }

  private BusyTables busy(TargetTable table, RetryBatch e) {
    String holder =
        transactions
            .ledger(c -> LockHolders.againstChanges(c, List.of(table)))
            .getOrDefault(
                table.id(),
                "%s was locked and is free again, or a view of it is locked"
                    .formatted(table.display()));
    String reason = holder + "; it must be changed for new columns or partitions";
    return new BusyTables(
        Set.of(table.id()), reason, busyTargets.note(table.targetId(), reason), e);
  }

  /** Runs changes that have transactions of their own. */
  <T> T guard(TargetTable table, Supplier<T> changes) {
    try {
      return changes.get();
    } catch (DatabaseException e) {
      throw refusal(table, e);
    }
  }

  private static RuntimeException refusal(TargetTable table, DatabaseException e) {
    SQLException cause = e.sqlException();
    String state = String.valueOf(cause.getSQLState());
    if (SqlFates.isGone(cause)) {
      return new StaleTables(Set.of(table.id()), cause.getMessage(), e);
    }
    boolean stays = SqlFates.of(cause) != Fate.UNKNOWN || state.matches("(42|0A|2B|54).*");
    if (!stays) {
      return e;
    }
    String reason = state.equals("42501") ? "privilege" : "ddl";
    return new RefusedTarget(
        Set.of(table.id()),
        reason,
        "%s cannot be made or changed: %s (SQLSTATE %s); correct the cause, the files are tried again every few minutes"
            .formatted(table.display(), cause.getMessage(), state),
        e);
  }
}
