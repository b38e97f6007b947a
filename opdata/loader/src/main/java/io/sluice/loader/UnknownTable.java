package io.sluice.loader;

/** A chunk names a table that the ledger does not know, since it was recovered: handle again. */
final class UnknownTable extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int tableId;

  UnknownTable(int tableId) {
    super("table " + tableId + " of the chunk is not in the ledger");
    this.tableId = tableId;
  }

  int tableId() {
    return tableId;
  }
}
