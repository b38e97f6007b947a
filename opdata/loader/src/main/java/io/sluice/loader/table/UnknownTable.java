package io.sluice.loader.table;

/**
 * A chunk names a table that the ledger does not know or knows otherwise, since it was recovered or
 * its feed was changed: handle again.
 */
public final class UnknownTable extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int tableId;

  public UnknownTable(int tableId, String table) {
    super(
        "table %d of the chunk is not %s in the ledger, or takes other rows"
            .formatted(tableId, table));
    this.tableId = tableId;
  }

  public int tableId() {
    return tableId;
  }
}
