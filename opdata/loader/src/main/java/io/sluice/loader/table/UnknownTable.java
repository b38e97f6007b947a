package io.sluice.loader.table;

/**
 * A chunk names a table that the ledger does not know or knows by another name, since it was
 * recovered: handle again.
 */
public final class UnknownTable extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int tableId;

  public UnknownTable(int tableId, String table) {
    super("table %d of the chunk is not %s in the ledger".formatted(tableId, table));
    this.tableId = tableId;
  }

  public int tableId() {
    return tableId;
  }
}
