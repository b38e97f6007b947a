package io.sluice.pgtask;

import io.sluice.pgtask.maintenance.Maintenance;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.task.MaintenanceSpec;

/** Every kind of task there is, for the service and the command alike. */
public final class TaskKinds {

  private TaskKinds() {}

  /** Teaches a runner every kind of task. */
  public static TaskRunner teach(TaskRunner runner) {
    return runner.with(MaintenanceSpec.class, new Maintenance());
  }
}
