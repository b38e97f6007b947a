package io.sluice.loader.table;

import io.sluice.core.chunk.PgType;
import java.util.Optional;

/** A column is of another type than the rows were encoded for: their files are handled again. */
public final class TypeChanged extends RuntimeException {

  private final int tableId;
  private final String column;
  private final transient Optional<PgType> actual;

  /**
   * @param actual type of the column, if Sluice knows it
   */
  TypeChanged(int tableId, String column, Optional<PgType> actual, String message) {
    super(message);
    this.tableId = tableId;
    this.column = column;
    this.actual = actual;
  }

  public int tableId() {
    return tableId;
  }

  public String column() {
    return column;
  }

  public Optional<PgType> actual() {
    return actual;
  }
}
