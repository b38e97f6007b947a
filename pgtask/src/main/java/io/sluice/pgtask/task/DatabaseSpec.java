package io.sluice.pgtask.task;

import io.sluice.core.yaml.Secret;
import java.util.Optional;

/**
 * A database to tend, beside the warehouse.
 *
 * @param name as tasks call it
 * @param url {@code jdbc:postgresql://host:port/database}, without credentials
 * @param user role to log in as
 * @param password where it is
 * @param connections most connections of all tasks together
 */
public record DatabaseSpec(
    String name, String url, String user, Optional<Secret> password, int connections) {

  /** The database that holds the ledger; it needs no declaration. */
  public static final String WAREHOUSE = "warehouse";
}
