package io.sluice.core.catalog;

import io.sluice.core.chunk.PgType;
import java.util.Locale;

/**
 * What a counter's value is. Each kind of one counter has a column of its own; no column ever
 * changes its type.
 */
public enum ValueKind {
  /** The counter's own column: double precision unless the feed says otherwise. */
  VALUE(0, "", PgType.FLOAT8),
  /** A number that double precision would round. */
  NUMERIC(1, "__numeric", PgType.NUMERIC),
  /** Comma-separated numbers. */
  VECTOR(2, "__vector", PgType.FLOAT8_ARRAY),
  /** A vector with an element that double precision would round. */
  VECTOR_NUMERIC(3, "__vector_numeric", PgType.NUMERIC_ARRAY);

  /** How many there are. */
  public static final int COUNT = 4;

  private final byte code;
  private final String suffix;
  private final PgType type;

  ValueKind(int code, String suffix, PgType type) {
    this.code = (byte) code;
    this.suffix = suffix;
    this.type = type;
  }

  /** From 0 up to {@link #COUNT}, for arrays by kind. */
  public byte code() {
    return code;
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
