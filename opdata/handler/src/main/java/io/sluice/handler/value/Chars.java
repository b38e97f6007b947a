package io.sluice.handler.value;

/** Looks at slices of a char array without making objects of them. */
public final class Chars {

  private Chars() {}

  /** First index from {@code from} that is no blank (a char up to space), at most {@code end}. */
  public static int skipBlanks(char[] chars, int from, int end) {
    int i = from;
    while (i < end && chars[i] <= ' ') {
      i++;
    }
    return i;
  }

  /** End of the slice without the blanks at its end. */
  public static int trimEnd(char[] chars, int from, int end) {
    int i = end;
    while (i > from && chars[i - 1] <= ' ') {
      i--;
    }
    return i;
  }

  /** Whether the slice is the word in any case; the word is given in upper case ASCII. */
  public static boolean isWord(char[] chars, int from, int end, String upper) {
    if (end - from != upper.length()) {
      return false;
    }
    for (int i = 0; i < upper.length(); i++) {
      char c = chars[from + i];
      if (c != upper.charAt(i) && c != (upper.charAt(i) | 0x20)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reads {@code count} digits.
   *
   * @return -1 when one of them is none, or lies beyond the end
   */
  public static int digits(char[] chars, int from, int end, int count) {
    if (end - from < count) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < from + count; i++) {
      int digit = chars[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
