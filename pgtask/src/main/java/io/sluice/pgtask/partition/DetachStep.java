package io.sluice.pgtask.partition;

import io.sluice.pgtask.expired.ExpiredLedger;
import io.sluice.pgtask.expired.ExpiredLedger.ExpiringPartition;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * Takes a partition from its parent.
 *
 * <p>CONCURRENTLY takes SHARE UPDATE EXCLUSIVE on the parent, which readers and writers do not
 * feel; it waits for transactions that used the parent, and one that waits too long leaves the
 * partition detach pending: queries do not see it any more, and FINALIZE ends it, here or in the
 * next run. PostgreSQL refuses that while the parent has a default partition; then a plain DETACH
 * takes ACCESS EXCLUSIVE on the parent and both partitions for a moment. See
 * https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION
 */
final class DetachStep implements Step {

  /** How it is possible. */
  enum Way {
    CONCURRENTLY,
    PLAIN,
    FINALIZE
  }

  private final ExpiringPartition expiring;
  private final Way way;
  private final String why;
  private final ExpiredLedger ledger;
  private final Instant now;

  DetachStep(ExpiringPartition expiring, Way way, String why, ExpiredLedger ledger, Instant now) {
    this.expiring = expiring;
    this.way = way;
    this.why = why;
    this.ledger = ledger;
    this.now = now;
  }

  @Override
  public String description() {
    return switch (way) {
      case CONCURRENTLY ->
          "detach %s from %s concurrently: %s"
              .formatted(expiring.partition(), expiring.parent(), why);
      case PLAIN ->
          ("detach %s from %s under a short ACCESS EXCLUSIVE lock, because PostgreSQL refuses"
                  + " CONCURRENTLY while %s has a default partition: %s")
              .formatted(expiring.partition(), expiring.parent(), expiring.parent(), why);
      case FINALIZE ->
          "finish detaching %s from %s, which was interrupted"
              .formatted(expiring.partition(), expiring.parent());
    };
  }

  @Override
  public List<String> sql() {
    return List.of(sql(way));
  }

  private String sql(Way how) {
    String end =
        switch (how) {
          case CONCURRENTLY -> " concurrently";
          case PLAIN -> "";
          case FINALIZE -> " finalize";
        };
    return "alter table %s detach partition %s%s"
        .formatted(expiring.parent().sql(), expiring.partition().sql(), end);
  }

  @Override
  public StepResult run(StepContext context) throws SQLException {
    ledger.decide(expiring, now);
    switch (way) {
      case PLAIN -> context.transaction(sql());
      case FINALIZE -> context.autocommit(sql(Way.FINALIZE));
      case CONCURRENTLY -> concurrently(context);
    }
    return StepResult.of("partitionsDetached", 1);
  }

  /** A try that timed out may have left it pending, and then a second one must be FINALIZE. */
  private void concurrently(StepContext context) throws SQLException {
    try {
      context.autocommit(sql(Way.CONCURRENTLY));
    } catch (SQLException e) {
      context.checkNotEnded();
      if (!ExpiryState.of(context, expiring).equals(ExpiryState.PENDING)) {
        throw e;
      }
      context.autocommit(sql(Way.FINALIZE));
    }
  }
}
