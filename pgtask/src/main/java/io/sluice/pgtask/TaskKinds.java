package io.sluice.pgtask;

import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.StagingSettings;
import io.sluice.pgtask.copyswap.Abandonment;
import io.sluice.pgtask.copyswap.Conversion;
import io.sluice.pgtask.copyswap.Drain;
import io.sluice.pgtask.copyswap.Unpartitioning;
import io.sluice.pgtask.export.ExportLocations;
import io.sluice.pgtask.export.PartitionExport;
import io.sluice.pgtask.export.Restore;
import io.sluice.pgtask.maintenance.Maintenance;
import io.sluice.pgtask.partition.PartitionRotation;
import io.sluice.pgtask.partition.Reattachment;
import io.sluice.pgtask.partition.ServerClock;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.task.AbandonSpec;
import io.sluice.pgtask.task.AttachSpec;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.RestoreSpec;
import io.sluice.pgtask.task.UnpartitionSpec;
import java.util.Optional;
import java.util.function.Predicate;

/** Every kind of task there is, for the service and the command alike. */
public final class TaskKinds {

  private TaskKinds() {}

  /**
   * Registers every kind of task with a runner.
   *
   * @param ledger of the warehouse
   * @param s3 how buckets of exports are reached
   * @param isGone whether a feed is declared no more
   */
  public static TaskRunner register(
      TaskRunner runner, Transactions ledger, StagingSettings.S3 s3, Predicate<String> isGone) {
    ExportLocations places = new ExportLocations(s3);
    PartitionRotation rotation =
        new PartitionRotation(
            ledger,
            ServerClock.ofServer(),
            new Drain(),
            Optional.of(new PartitionExport(places)),
            isGone);
    return runner
        .with(PartitionSpec.class, rotation)
        .with(ConvertSpec.class, new Conversion())
        .with(UnpartitionSpec.class, new Unpartitioning())
        .with(MaintenanceSpec.class, new Maintenance())
        .with(RestoreSpec.class, new Restore(places, ledger))
        .with(AttachSpec.class, new Reattachment(ledger))
        .with(AbandonSpec.class, new Abandonment());
  }
}
