package io.sluice.core.catalog;

import io.sluice.core.chunk.PgType;

/**
 * Asks for a column.
 *
 * @param counter as the files call it
 * @param type of the column if it must be made; an existing column keeps its own
 */
public record ColumnKey(String counter, ValueKind kind, PgType type) {

  public static ColumnKey of(String counter, ValueKind kind) {
    return new ColumnKey(counter, kind, kind.defaultType());
  }
}
