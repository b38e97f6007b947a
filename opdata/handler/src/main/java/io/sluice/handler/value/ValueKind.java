package io.sluice.handler.value;

/** What a measured value is. All but {@code TEXT} are stored; each kind has a column of its own. */
public enum ValueKind {
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

  private static final ValueKind[] BY_CODE = new ValueKind[values().length + 1];

  static {
    for (ValueKind kind : values()) {
      BY_CODE[kind.code] = kind;
    }
  }

  private final byte code;

  ValueKind(int code) {
    this.code = (byte) code;
  }

  /** From 1, for stores that keep a byte a value. */
  public byte code() {
    return code;
  }

  public static ValueKind of(int code) {
    return BY_CODE[code];
  }

  public boolean isVector() {
    return this == VECTOR || this == VECTOR_NUMERIC;
  }
}
