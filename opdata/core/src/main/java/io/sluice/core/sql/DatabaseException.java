package io.sluice.core.sql;

import java.sql.SQLException;

/**
 * The database refused a statement for a reason that neither waiting nor repeating mends by itself.
 */
public final class DatabaseException extends RuntimeException {

  DatabaseException(SQLException cause) {
    super("database: SQLSTATE " + cause.getSQLState() + ": " + cause.getMessage(), cause);
  }

  public SQLException sqlException() {
    return (SQLException) getCause();
  }
}
