package io.sluice.core.catalog;

import io.sluice.core.chunk.PgType;
import java.util.Locale;

/**
 * What a counter's value is. Each kind of one counter has a column of its own; no column ever
 * changes its type.
 */
public enum ValueKind {
  /** The counter's own column: double precision unless the feed says otherwise. */
  VALUE("", PgType.FLOAT8),
  /** A number that double precision would round. */
  NUMERIC("__numeric", PgType.NUMERIC),
  /** Comma-separated numbers. */
  VECTOR("__vector", PgType.FLOAT8_ARRAY),
  /** A vector with an element that double precision would round. */
  VECTOR_NUMERIC("__vector_numeric", PgType.NUMERIC_ARRAY);

  private final String suffix;
  private final PgType type;

  ValueKind(String suffix, PgType type) {
    this.suffix = suffix;
    this.type = type;
  }

  public String suffix() {
    return suffix;
  }

  public PgType defaultType() {
    return type;
  }

  public boolean isVector() {
    return this == VECTOR || this == VECTOR_NUMERIC;
  }

  String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
