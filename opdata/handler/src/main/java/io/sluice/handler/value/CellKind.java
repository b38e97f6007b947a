package io.sluice.handler.value;

/** What a cell holds. All but {@code TEXT} are stored; each kind has a column of its own. */
public enum CellKind {
  /** Empty, NIL, or a vector of nothing but these. */
  BLANK(1),
  /** A number that double precision holds exactly, or prints back as it was written. */
  DOUBLE(2),
  /** A number that it does not. */
  NUMERIC(3),
  /** Numbers between commas, all {@code DOUBLE} or blank. */
  VECTOR(4),
  /** Numbers between commas, at least one {@code NUMERIC}. */
  VECTOR_NUMERIC(5),
  /** No number at all: a rejected cell. */
  TEXT(6);

  private static final CellKind[] ALL = values();

  private final byte code;

  CellKind(int code) {
    this.code = (byte) code;
  }

  /** From 1, for stores that keep a byte a value. */
  public byte code() {
    return code;
  }

  public static CellKind of(int code) {
    return ALL[code - 1];
  }
}
