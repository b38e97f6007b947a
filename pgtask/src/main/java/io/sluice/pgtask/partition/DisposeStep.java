package io.sluice.pgtask.partition;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.expired.ExpiredLedger;
import io.sluice.pgtask.expired.ExpiredLedger.ExpiringPartition;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * The end of a detached partition: dropped, moved to the archive, or left as a table of its own.
 * ACCESS EXCLUSIVE is taken on that table alone, and its oid is compared under it, so that a new
 * table of the same name is never dropped.
 */
final class DisposeStep implements Step {

  private final ExpiringPartition expiring;
  private final String description;
  private final List<String> sql;
  private final String freed;
  private final ExpiredLedger ledger;
  private final Instant now;

  /**
   * @param sql after the lock
   * @param freed name of the result that counts its bytes
   */
  DisposeStep(
      ExpiringPartition expiring,
      String description,
      List<String> sql,
      String freed,
      ExpiredLedger ledger,
      Instant now) {
    this.expiring = expiring;
    this.description = description;
    this.sql = List.copyOf(sql);
    this.freed = freed;
    this.ledger = ledger;
    this.now = now;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public List<String> sql() {
    if (sql.isEmpty()) {
      return List.of();
    }
    List<String> all = new java.util.ArrayList<>();
    all.add("lock table %s in access exclusive mode".formatted(expiring.partition().sql()));
    all.add(oid());
    all.addAll(sql);
    return all;
  }

  private String oid() {
    return "select %s::regclass::oid::int8 = %d"
        .formatted(SqlNames.literal(expiring.partition().sql()), expiring.oid());
  }

  @Override
  public boolean oneTransaction() {
    return true;
  }

  @Override
  public StepResult run(StepContext context) throws SQLException {
    if (!sql.isEmpty()) {
      context.transaction(this::change);
    }
    ledger.done(expiring.oid(), now);
    return StepResult.of("partitionsExpired", 1).and(freed, expiring.bytes());
  }

  private Void change(Connection connection) throws SQLException {
    Sql.execute(connection, sql().get(0));
    if (!Sql.isTrue(connection, oid())) {
      throw new SQLException(
          "another table is now named " + expiring.partition().sql() + "; it is left alone",
          "55000");
    }
    Sql.execute(connection, sql);
    return null;
  }
}
