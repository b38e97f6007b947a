package io.sluice.handler.value;

import java.nio.ByteBuffer;

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
  private ByteBuffer elements = ByteBuffer.allocate(512);
  private char[] chars = {};
  private int from;
  private int end;

  public CellKind parse(char[] text, int offset, int length) {
    chars = text;
    from = Chars.skipBlanks(text, offset, offset + length);
    end = Chars.trimEnd(text, from, offset + length);
    if (end - from > MAX_LENGTH) {
      return CellKind.TEXT;
    }
    if (isBlank(chars, from, end - from)) {
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

  private CellKind vector() {
    elements.clear();
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
    CellKind part =
        isBlank(chars, start, trimmed - start)
            ? CellKind.BLANK
            : numbers.parse(chars, start, trimmed);
    if (!elements.hasRemaining()) {
      elements = ByteBuffer.allocate(elements.capacity() * 2).put(elements.flip());
    }
    elements.putLong(
        part == CellKind.DOUBLE ? Double.doubleToRawLongBits(numbers.number()) : NULL_BITS);
    return part;
  }

  /** The number of a {@code DOUBLE}. */
  public double number() {
    return numbers.number();
  }

  /**
   * The array that begins with the elements of a {@code VECTOR}: the bits of a double each, or
   * {@link #NULL_BITS}.
   */
  public byte[] elements() {
    return elements.array();
  }

  /** How many bytes the elements take. */
  public int elementBytes() {
    return elements.position();
  }

  /** The text without blanks around it. */
  public String text() {
    return new String(chars, from, end - from);
  }
}
