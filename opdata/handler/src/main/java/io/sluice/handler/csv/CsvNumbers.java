package io.sluice.handler.csv;

import io.sluice.handler.value.Chars;
import java.util.Arrays;

/**
 * Brings a number's text into one form: no group separators, a dot before the decimals. Group
 * separators count only where they part thousands, so that {@code 1.5} is no 15 where the dot is
 * the group separator.
 */
final class CsvNumbers {

  private static final int GROUP = 3;

  /** No part of any number. */
  private static final char WRONG = '?';

  private final char decimal;
  private final char group;
  private char[] chars = new char[64];
  private int taken;

  /**
   * A form of numbers.
   *
   * @param group 0 for none
   */
  CsvNumbers(char decimal, char group) {
    this.decimal = decimal;
    this.group = group;
  }

  /**
   * Number of chars that {@link #chars} then holds; what is no number in this form is none there
   * either.
   */
  int plain(char[] text, int from, int length) {
    if (chars.length < length + 1) {
      chars = Arrays.copyOf(chars, (length + 1) * 2);
    }
    int start = Chars.skipBlanks(text, from, from + length);
    int end = Chars.trimEnd(text, start, from + length);
    int size = whole(text, start, end);
    for (int i = start + taken; i < end; i++) {
      char c = text[i];
      boolean foreign = c == '.' && decimal != '.';
      chars[size++] = c == decimal ? '.' : foreign ? WRONG : c;
    }
    return size;
  }

  /** The part before the decimals. */
  private int whole(char[] text, int start, int end) {
    int size = 0;
    int digits = 0;
    boolean grouped = false;
    int i = start;
    for (; i < end && text[i] != decimal; i++) {
      char c = text[i];
      if (c == group && group != 0) {
        if (!isGroup(digits, grouped)) {
          chars[size++] = WRONG;
        }
        grouped = true;
        digits = 0;
      } else {
        digits += c >= '0' && c <= '9' ? 1 : 0;
        chars[size++] = c == '.' ? WRONG : c;
      }
    }
    taken = i - start;
    if (grouped && !isGroup(digits, true)) {
      chars[size++] = WRONG;
    }
    return size;
  }

  /** The first group may be shorter, the others not. */
  private static boolean isGroup(int digits, boolean notFirst) {
    return notFirst ? digits == GROUP : digits >= 1 && digits <= GROUP;
  }

  char[] chars() {
    return chars;
  }
}
