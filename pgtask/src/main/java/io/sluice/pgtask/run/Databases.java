package io.sluice.pgtask.run;

import javax.sql.DataSource;

/** The databases that tasks name. */
@FunctionalInterface
public interface Databases {

  /**
   * Connections to a database, never more than it allows.
   *
   * @throws UnknownDatabaseException if none of this name is declared
   */
  DataSource get(String name);
}
