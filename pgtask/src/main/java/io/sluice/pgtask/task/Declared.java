package io.sluice.pgtask.task;

/** What one file declares. */
public sealed interface Declared {

  /** {@code task rotate-cdr} or {@code database billing}: unique among all files. */
  String label();

  /**
   * A task.
   *
   * @param task of {@code partition.feed} not yet filled in with what the feed says
   * @param ownZone whether the file names a zone
   */
  record OfTask(Task task, boolean ownZone) implements Declared {
    @Override
    public String label() {
      return "task " + task.name();
    }
  }

  /** A database. */
  record OfDatabase(DatabaseSpec database) implements Declared {
    @Override
    public String label() {
      return "database " + database.name();
    }
  }
}
