package io.sluice.loader;

/** A column is of another type than the rows were encoded for: their files are handled again. */
final class TypeChanged extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int tableId;

  TypeChanged(int tableId, String message) {
    super(message);
    this.tableId = tableId;
  }

  int tableId() {
    return tableId;
  }
}
