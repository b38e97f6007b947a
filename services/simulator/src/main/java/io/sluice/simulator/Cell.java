package io.sluice.simulator;

/** The value of one counter of one object, reused from one to the next. */
final class Cell {
  private static final int LONGEST_VECTOR = 1024;

  enum State {
    /** Not in the file at all. */
    ABSENT,
    BLANK,
    NIL,
    NUMBER,
    VECTOR,
    /** A vector whose bins are all blank, which counts as blank. */
    BLANK_VECTOR,
    /** A placeholder that its producer forgot to fill in. */
    TEMPLATE
  }

  State state = State.ABSENT;
  long unscaled;
  int scale;
  final byte[] vector = new byte[LONGEST_VECTOR];
  int vectorLength;

  void number(long unscaledValue, int digitsAfterPoint) {
    state = State.NUMBER;
    unscaled = unscaledValue;
    scale = digitsAfterPoint;
  }

  void startVector(boolean blank) {
    state = blank ? State.BLANK_VECTOR : State.VECTOR;
    vectorLength = 0;
  }

  void comma() {
    vector[vectorLength++] = ',';
  }

  /** Appends {@code value}, below 10,000, to the vector. */
  void bin(int value) {
    int power = value >= 1000 ? 1000 : value >= 100 ? 100 : value >= 10 ? 10 : 1;
    for (int rest = value; power > 0; power /= 10) {
      vector[vectorLength++] = (byte) ('0' + rest / power);
      rest %= power;
    }
  }
}
