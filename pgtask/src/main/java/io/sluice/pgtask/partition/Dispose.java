package io.sluice.pgtask.partition;

import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.expired.ExpiredLedger;
import io.sluice.pgtask.expired.ExpiredLedger.Leaving;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepResult;
import io.sluice.pgtask.run.Work;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;

/**
 * The end of a detached partition: dropped, moved to the archive, or left as a table of its own.
 * ACCESS EXCLUSIVE is taken on that table alone, and its oid is compared under it, so that a new
 * table of the same name is never dropped.
 */
final class Dispose implements Step {

  private final Leaving leaving;
  private final String words;
  private final List<String> sql;
  private final String freed;
  private final ExpiredLedger ledger;
  private final Instant now;

  /**
   * @param sql after the lock
   * @param freed name of the result that counts its bytes
   */
  Dispose(
      Leaving leaving,
      String words,
      List<String> sql,
      String freed,
      ExpiredLedger ledger,
      Instant now) {
    this.leaving = leaving;
    this.words = words;
    this.sql = List.copyOf(sql);
    this.freed = freed;
    this.ledger = ledger;
    this.now = now;
  }

  @Override
  public String words() {
    return words;
  }

  @Override
  public List<String> sql() {
    if (sql.isEmpty()) {
      return List.of();
    }
    List<String> all = new java.util.ArrayList<>();
    all.add("lock table %s in access exclusive mode".formatted(leaving.partition().sql()));
    all.add(oid());
    all.addAll(sql);
    return all;
  }

  private String oid() {
    return "select %s::regclass::oid::int8 = %d"
        .formatted(SqlNames.literal(leaving.partition().sql()), leaving.oid());
  }

  @Override
  public boolean oneTransaction() {
    return true;
  }

  @Override
  public StepResult run(Work work) throws SQLException {
    if (!sql.isEmpty()) {
      work.transaction(this::change);
    }
    ledger.done(leaving.oid(), now);
    return StepResult.of("partitionsExpired", 1).and(freed, leaving.bytes());
  }

  private Void change(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql().get(0));
      try (ResultSet same = statement.executeQuery(oid())) {
        same.next();
        if (!same.getBoolean(1)) {
          throw new SQLException(
              "another table has the name "
                  + SqlNames.qualified(leaving.partition().schema(), leaving.partition().name())
                  + " now; it is left alone",
              "55000");
        }
      }
      for (String one : sql) {
        statement.execute(one);
      }
    }
    return null;
  }
}
