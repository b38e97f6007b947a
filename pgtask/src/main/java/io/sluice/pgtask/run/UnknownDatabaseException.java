package io.sluice.pgtask.run;

/** A task names a database that is not declared. */
public final class UnknownDatabaseException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public UnknownDatabaseException(String name) {
    super(
        "database "
            + name
            + " is not declared; write a file with database: "
            + name
            + " beside the tasks, or remove database: from the task to use the warehouse");
  }
}
