package io.sluice.pgtask.run;

import io.sluice.pgtask.task.TaskSpec;
import java.sql.SQLException;

/** A kind of task: plans from the catalogue, and hands steps to the run. */
@FunctionalInterface
public interface TaskKind<S extends TaskSpec> {

  /**
   * @throws SQLException when the catalogue cannot be read
   */
  void run(S spec, TaskRun run) throws SQLException;
}
