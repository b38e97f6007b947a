package io.sluice.handler.pm;

import io.sluice.handler.xml.XmlPull;
import java.util.Arrays;

/**
 * The values of one measValue until its end, when its suspect flag and the number of values are
 * known.
 */
final class RowBuffer implements XmlPull.Text {

  /** A value that has no {@code p}: its place counts. */
  static final int BY_PLACE = -1;

  /** A value whose {@code p} is no number. */
  static final int BAD_P = -2;

  private char[] chars = new char[8_192];
  private int used;
  private int[] p = new int[256];
  private int[] end = new int[256];
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
      end = Arrays.copyOf(end, count * 2);
    }
    p[count] = valueP;
    end[count] = used;
    count++;
    byPlace += valueP == BY_PLACE ? 1 : 0;
  }

  @Override
  public void append(char[] text, int offset, int size) {
    if (tooLarge || used + size > PmLimits.ROW_CHARS) {
      tooLarge = true;
      return;
    }
    if (used + size > chars.length) {
      chars = Arrays.copyOf(chars, Math.max(used + size, chars.length * 2));
    }
    System.arraycopy(text, offset, chars, used, size);
    used += size;
    end[count - 1] = used;
  }

  /** Adds values by place, which stand between blanks. */
  void appendAll(TextBuffer values) {
    tooLarge |= values.length() > PmLimits.ROW_CHARS;
    values.words(
        (text, offset, size) -> {
          begin(BY_PLACE);
          append(text, offset, size);
        });
  }

  /** Whether something was left out because the row is beyond all bounds. */
  boolean isTooLarge() {
    return tooLarge;
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
    return index == 0 ? 0 : end[index - 1];
  }

  int length(int index) {
    return end[index] - from(index);
  }

  String text(int index) {
    return new String(chars, from(index), length(index));
  }

  /** All text, cut. */
  String excerpt(int max) {
    return new String(chars, 0, Math.min(used, max));
  }
}
