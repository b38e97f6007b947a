package io.sluice.pgtask.maintenance;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Rebuilds an index beside itself.
 *
 * <p>REINDEX CONCURRENTLY holds SHARE UPDATE EXCLUSIVE, under which others read and write. It waits
 * for transactions that began before it, and nobody who reads or writes waits behind it meanwhile;
 * so once its lock is free, it may wait longer than the task's lock timeout. See
 * https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY
 */
final class ReindexStep implements Step {

  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final String description;
  private final TableName table;
  private final TableName index;

  ReindexStep(String description, TableName table, TableName index) {
    this.description = description;
    this.table = table;
    this.index = index;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public List<String> sql() {
    return List.of(lock(), patience(), reindex());
  }

  private String lock() {
    return "lock table only " + table.sql() + " in share update exclusive mode";
  }

  private static String patience() {
    return "set lock_timeout = " + PATIENCE.toMillis();
  }

  private String reindex() {
    return "reindex index concurrently " + index.sql();
  }

  @Override
  public StepResult run(StepContext context) throws SQLException {
    context.transaction(List.of(lock()));
    try (Connection connection = context.connection()) {
      Sql.execute(connection, patience());
      Sql.execute(connection, reindex());
    }
    return StepResult.done();
  }

  /** What a broken rebuild leaves is an invalid index beside the old one, which stays in use. */
  @Override
  public void undo(StepContext context) throws SQLException {
    for (InvalidIndexes.Index leftover : InvalidIndexes.ofTable(context, table)) {
      context.autocommit(leftover.drop());
    }
  }
}
