package io.sluice.pgtask.partition;

import io.sluice.core.sql.Transactions;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.expired.ExpiredLedger;
import io.sluice.pgtask.expired.ExpiredLedger.ExpiringPartition;
import io.sluice.pgtask.expired.ExpiredLedger.Known;
import io.sluice.pgtask.expired.LedgerStep;
import io.sluice.pgtask.run.Privileges;
import io.sluice.pgtask.run.SqlStep;
import io.sluice.pgtask.run.TaskKind;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.AttachSpec;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Attaches a partition again that was detached to expire, and keeps rotation away from it for a
 * while. ATTACH takes SHARE UPDATE EXCLUSIVE on the parent, which readers and writers do not feel,
 * and ACCESS EXCLUSIVE on the partition and the default partition. See
 * https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-ATTACH-PARTITION
 */
public final class Reattachment implements TaskKind<AttachSpec> {

  private final Transactions ledger;

  /**
   * @param ledger of the warehouse
   */
  public Reattachment(Transactions ledger) {
    this.ledger = ledger;
  }

  @Override
  public void run(AttachSpec spec, TaskRun run) throws SQLException {
    ExpiredLedger expired = ExpiredLedger.of(ledger, run);
    TableName name = TableName.parse(spec.partition());
    Optional<Known> known = expired.last(name);
    if (known.isEmpty()) {
      run.problem(
          "Sluice has detached no partition %s in database %s; sluice partition list TABLE shows those of a table"
              .formatted(name, run.task().database()));
      return;
    }
    ExpiringPartition partition = known.get().partition();
    switch (ExpiryState.of(run, partition)) {
      case ATTACHED -> run.problem(name + " is attached to " + partition.parent() + " already");
      case PENDING -> {
        if (run.step(new DetachStep(partition, DetachStep.Way.FINALIZE, "", expired, run.now()))) {
          attach(known.get(), spec, expired, run);
        }
      }
      case DETACHED -> attach(known.get(), spec, expired, run);
      case ARCHIVED ->
          run.problem(
              "%s is in schema %s; move it back, and run this again: alter table %s set schema %s"
                  .formatted(
                      name,
                      partition.archiveSchema().orElseThrow(),
                      new TableName(partition.archiveSchema().orElseThrow(), name.name()).sql(),
                      name.schema()));
      case GONE ->
          run.problem(
              "%s was dropped; if it was exported: sluice partition restore %s"
                  .formatted(name, name));
      case FOREIGN ->
          run.problem(
              "%s was renamed, moved or attached elsewhere since it was detached; give it its name back, or attach it by hand"
                  .formatted(name));
    }
  }

  private static void attach(Known known, AttachSpec spec, ExpiredLedger expired, TaskRun run)
      throws SQLException {
    ExpiringPartition partition = known.partition();
    if (!Privileges.require(
            run,
            List.of(
                Privileges.owning(partition.parent()), Privileges.owning(partition.partition())))
        .isEmpty()) {
      return;
    }
    Instant until = run.now().plus(spec.hold());
    boolean attached =
        run.step(
                new LedgerStep(
                    "exclude it from rotation until " + until,
                    "update sluice.expired_partition set hold_until = '%s' where id = %d"
                        .formatted(until, known.id()),
                    context -> {
                      expired.hold(known.id(), partition.oid(), until);
                      expired.done(partition.oid(), run.now());
                    }))
            && run.step(
                SqlStep.transaction(
                    "attach %s to %s".formatted(partition.partition(), partition.parent()),
                    List.of(
                        "alter table %s attach partition %s for values from (%s) to (%s)"
                            .formatted(
                                partition.parent().sql(),
                                partition.partition().sql(),
                                partition.lower(),
                                partition.upper()))));
    if (attached) {
      run.step(
          new LedgerStep(
              "record that %s is back".formatted(partition.partition()),
              "update sluice.expired_partition set restored_at = '%s' where id = %d"
                  .formatted(run.now(), known.id()),
              context -> expired.restored(known.id(), run.now())));
    }
  }
}
