package io.sluice.pgtask.run;

import java.util.Optional;
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

  /** How another program logs in to a database; empty if that is not known. */
  default Optional<Login> login(String name) {
    return Optional.empty();
  }
}
