package io.sluice.loader.table;

import java.time.Duration;
import java.util.Set;

/** Others hold the locks of these tables: their files wait, the others are loaded. */
public final class BusyTables extends RuntimeException {

  private final transient Set<Integer> tableIds;
  private final Duration pause;

  /**
   * @param message which table, who holds it and since when
   * @param pause before it is worth while to try again
   */
  public BusyTables(Set<Integer> tableIds, String message, Duration pause, Throwable cause) {
    super(message, cause);
    this.tableIds = tableIds;
    this.pause = pause;
  }

  public Set<Integer> tableIds() {
    return tableIds;
  }

  public Duration pause() {
    return pause;
  }
}
