package io.sluice.handler.csv;

import java.util.Arrays;

/** Brings a number's text into one form: no group separators, a dot before the decimals. */
final class CsvNumbers {

  private final char decimal;
  private final char group;
  private char[] chars = new char[64];

  /**
   * A form of numbers.
   *
   * @param group 0 for none
   */
  CsvNumbers(char decimal, char group) {
    this.decimal = decimal;
    this.group = group;
  }

  /** Number of chars that {@link #chars} then holds. */
  int plain(char[] text, int from, int length) {
    if (chars.length < length) {
      chars = Arrays.copyOf(chars, length * 2);
    }
    int size = 0;
    for (int i = from; i < from + length; i++) {
      char c = text[i];
      if (c == decimal) {
        chars[size++] = '.';
      } else if (c == '.' && decimal != '.' && c != group) {
        // A dot where the decimal point is another char is no number.
        chars[size++] = '?';
      } else if (c > ' ' && (c != group || group == 0)) {
        chars[size++] = c;
      } else if (c <= ' ' && c != group && size > 0 && i < from + length - 1) {
        chars[size++] = '?';
      }
    }
    return size;
  }

  char[] chars() {
    return chars;
  }
}
