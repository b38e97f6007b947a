package io.sluice.handler.value;

import java.util.Arrays;

/**
 * Reads a measured value: a number, numbers between commas, nothing, or NIL. One instance is reused
 * for all cells of a file; what it says holds until the next {@link #parse}.
 */
public final class MeasuredValue {

  /** A blank among a vector's numbers. A NaN that no arithmetic makes. */
  public static final long NULL_BITS = 0x7ff8_5151_0000_0001L;

  /** Longest cell taken. */
  public static final int MAX_LENGTH = 65_536;

  private final NumberParser numbers = new NumberParser();
  private CellKind kind = CellKind.BLANK;
  private long[] elements = new long[64];
  private int size;
  private char[] chars = {};
  private int from;
  private int end;

  public CellKind parse(char[] text, int offset, int length) {
    chars = text;
    from = Chars.skipBlanks(text, offset, offset + length);
    end = Chars.trimEnd(text, from, offset + length);
    kind = kindOf();
    return kind;
  }

  private CellKind kindOf() {
    if (end - from > MAX_LENGTH) {
      return CellKind.TEXT;
    }
    if (isBlank(from, end)) {
      return CellKind.BLANK;
    }
    for (int i = from; i < end; i++) {
      if (chars[i] == ',') {
        return vector();
      }
    }
    return numbers.parse(chars, from, end);
  }

  /** Whether a text is empty or NIL. */
  public static boolean isBlank(char[] text, int offset, int length) {
    int start = Chars.skipBlanks(text, offset, offset + length);
    int stop = Chars.trimEnd(text, start, offset + length);
    return start == stop || Chars.isWord(text, start, stop, "NIL");
  }

  private boolean isBlank(int start, int stop) {
    return start == stop || Chars.isWord(chars, start, stop, "NIL");
  }

  private CellKind vector() {
    size = 0;
    boolean any = false;
    boolean numeric = false;
    int start = from;
    for (int i = from; i <= end; i++) {
      if (i < end && chars[i] != ',') {
        continue;
      }
      CellKind part = element(Chars.skipBlanks(chars, start, i), i);
      if (part == CellKind.TEXT) {
        return CellKind.TEXT;
      }
      any |= part != CellKind.BLANK;
      numeric |= part == CellKind.NUMERIC;
      start = i + 1;
    }
    if (!any) {
      return CellKind.BLANK;
    }
    return numeric ? CellKind.VECTOR_NUMERIC : CellKind.VECTOR;
  }

  private CellKind element(int start, int stop) {
    int trimmed = Chars.trimEnd(chars, start, stop);
    CellKind part = isBlank(start, trimmed) ? CellKind.BLANK : numbers.parse(chars, start, trimmed);
    if (size == elements.length) {
      elements = Arrays.copyOf(elements, size * 2);
    }
    elements[size++] =
        part == CellKind.DOUBLE ? Double.doubleToRawLongBits(numbers.number()) : NULL_BITS;
    return part;
  }

  /** The number of a {@code DOUBLE}. */
  public double number() {
    return numbers.number();
  }

  /** Elements of a {@code VECTOR}: the bits of a double each, or {@link #NULL_BITS}. */
  public long element(int index) {
    return elements[index];
  }

  /** How many elements a vector has. */
  public int size() {
    return size;
  }

  /** The text without blanks around it. */
  public char[] chars() {
    return chars;
  }

  public int from() {
    return from;
  }

  public int end() {
    return end;
  }
}
