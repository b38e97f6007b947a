package io.sluice.loader;

import java.util.Set;

/** What was known of tables is not so any more: look again, then repeat the batch. */
final class StaleTables extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Set<Integer> tableIds;

  StaleTables(Set<Integer> tableIds, String message, Throwable cause) {
    super(message, cause);
    this.tableIds = tableIds;
  }

  Set<Integer> tableIds() {
    return tableIds;
  }
}
