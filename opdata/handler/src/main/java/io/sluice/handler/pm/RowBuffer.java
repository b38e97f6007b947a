package io.sluice.handler.pm;

import java.util.Arrays;

/**
 * The values of one measValue until its end, when its suspect flag and the number of values are
 * known.
 */
final class RowBuffer {

  /** A value that has no {@code p}: its place counts. */
  static final int BY_PLACE = -1;

  /** A value whose {@code p} is no number. */
  static final int BAD_P = -2;

  private char[] chars = new char[8_192];
  private int used;
  private int[] p = new int[256];
  private int[] from = new int[256];
  private int[] length = new int[256];
  private int count;
  private int byPlace;
  private boolean tooLarge;

  void clear() {
    used = 0;
    count = 0;
    byPlace = 0;
    tooLarge = false;
  }

  /** Begins a value; its text follows by {@link #append}. */
  void begin(int valueP) {
    if (count == PmLimits.ROW_VALUES) {
      tooLarge = true;
      return;
    }
    if (count == p.length) {
      p = Arrays.copyOf(p, count * 2);
      from = Arrays.copyOf(from, count * 2);
      length = Arrays.copyOf(length, count * 2);
    }
    p[count] = valueP;
    from[count] = used;
    length[count] = 0;
    count++;
    byPlace += valueP == BY_PLACE ? 1 : 0;
  }

  void append(char[] text, int offset, int size) {
    if (tooLarge || used + size > PmLimits.ROW_CHARS) {
      tooLarge = true;
      return;
    }
    if (used + size > chars.length) {
      chars = Arrays.copyOf(chars, Math.max(used + size, chars.length * 2));
    }
    System.arraycopy(text, offset, chars, used, size);
    used += size;
    length[count - 1] += size;
  }

  /** Whether something was left out because the row is beyond all bounds. */
  boolean isTooLarge() {
    return tooLarge;
  }

  /** Splits the value begun last at blanks, into values by place. */
  void splitLast() {
    int start = from[count - 1];
    int end = start + length[count - 1];
    count--;
    byPlace--;
    int at = start;
    while (at < end) {
      if (chars[at] <= ' ') {
        at++;
        continue;
      }
      int stop = at;
      while (stop < end && chars[stop] > ' ') {
        stop++;
      }
      begin(BY_PLACE);
      from[count - 1] = at;
      length[count - 1] = stop - at;
      at = stop;
    }
  }

  int count() {
    return count;
  }

  /** Values without {@code p}. */
  int byPlace() {
    return byPlace;
  }

  int p(int index) {
    return p[index];
  }

  char[] chars() {
    return chars;
  }

  int from(int index) {
    return from[index];
  }

  int length(int index) {
    return length[index];
  }

  String text(int index) {
    return new String(chars, from[index], length[index]);
  }

  /** All text, cut. */
  String excerpt(int max) {
    return new String(chars, 0, Math.min(used, max));
  }
}
