package io.sluice.pgtask.declaration;

import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.Task;

/** What one file declares. */
public sealed interface Declaration {

  /** {@code task rotate-cdr} or {@code database billing}: unique among all files. */
  String label();

  /**
   * A task.
   *
   * @param task of {@code partition.feed} not yet filled in with what the feed says
   * @param ownZone whether the file names a zone
   */
  record OfTask(Task task, boolean ownZone) implements Declaration {
    @Override
    public String label() {
      return "task " + task.name();
    }
  }

  /** A database. */
  record OfDatabase(DatabaseSpec database) implements Declaration {
    @Override
    public String label() {
      return "database " + database.name();
    }
  }
}
