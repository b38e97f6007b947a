package io.sluice.loader;

import io.sluice.core.catalog.TargetLock;
import io.sluice.core.fate.Fate;
import io.sluice.core.fate.SqlFates;
import io.sluice.core.sql.DatabaseException;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Runs one change of a target's tables in a short transaction of its own: one loader at a time per
 * target, under a lock timeout, so that readers and writers never queue long behind it.
 */
final class Ddl {

  /** The change, inside the transaction. */
  @FunctionalInterface
  interface Change<T> {
    T run(Connection connection) throws SQLException;
  }

  private final Transactions transactions;
  private final Duration lockTimeout;

  Ddl(Transactions transactions, Duration lockTimeout) {
    this.transactions = transactions;
    this.lockTimeout = lockTimeout;
  }

  /**
   * @throws RefusedTarget when the database refuses the change for a reason that stays
   */
  <T> T change(TargetTable table, Change<T> change) {
    return guard(
        table,
        () ->
            transactions.durable(
                connection -> {
                  execute(
                      connection, "set local lock_timeout = '" + lockTimeout.toMillis() + "ms'");
                  execute(connection, TargetLock.sql(table.targetId()));
                  return change.run(connection);
                }));
  }

  /** Runs changes that have transactions of their own. */
  <T> T guard(TargetTable table, Supplier<T> changes) {
    try {
      return changes.get();
    } catch (DatabaseException e) {
      throw refusal(table, e);
    }
  }

  void guard(TargetTable table, Runnable changes) {
    guard(
        table,
        () -> {
          changes.run();
          return true;
        });
  }

  private static RuntimeException refusal(TargetTable table, DatabaseException e) {
    SQLException cause = e.sqlException();
    String state = String.valueOf(cause.getSQLState());
    boolean stays =
        SqlFates.of(cause) != Fate.UNKNOWN
            || state.startsWith("42")
            || state.startsWith("0A")
            || state.startsWith("2B")
            || state.startsWith("54");
    if (!stays) {
      return e;
    }
    String reason = state.equals("42501") ? "privilege" : "ddl";
    return new RefusedTarget(
        Set.of(table.id()),
        reason,
        "%s cannot be made or changed: %s (SQLSTATE %s); mend that and run: sluice parked resume"
            .formatted(table.display(), cause.getMessage(), state),
        e);
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
