package io.sluice.loader.table;

/**
 * What the rows of a chunk were encoded for, a table or an id in a dimension table, is not in the
 * registries any more, or something else: the ledger was recovered, the feed changed, a table
 * truncated, dropped or restored since. The files are handled again.
 */
public final class RegistryChanged extends RuntimeException {

  public RegistryChanged(String message, Throwable cause) {
    super(message, cause);
  }

  /** The ledger does not know a table, or knows it otherwise. */
  public static RegistryChanged of(int tableId, String table) {
    return new RegistryChanged(
        "table %2$s (id %1$d) was dropped or declared otherwise since its rows were encoded"
            .formatted(tableId, table),
        null);
  }
}
