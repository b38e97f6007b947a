package io.sluice.handler.pm;

import io.sluice.handler.value.Chars;
import io.sluice.handler.xml.XmlPull;
import java.util.Arrays;

/**
 * A piece of text kept beyond the parser's next event, without the blanks around it. Of one that is
 * longer than any that is taken only the beginning is kept.
 */
final class TextBuffer implements XmlPull.Text {

  private char[] chars = new char[256];
  private int length;

  void clear() {
    length = 0;
  }

  void set(char[] text, int offset, int size) {
    clear();
    int from = Chars.skipBlanks(text, offset, offset + size);
    append(text, from, Chars.trimEnd(text, from, offset + size) - from);
  }

  @Override
  public void append(char[] text, int offset, int size) {
    if (length > PmLimits.ROW_CHARS) {
      return;
    }
    if (length + size > chars.length) {
      chars = Arrays.copyOf(chars, Math.max(length + size, chars.length * 2));
    }
    System.arraycopy(text, offset, chars, length, size);
    length += size;
  }

  /** Reads the rest of the current element. */
  TextBuffer read(XmlPull xml) {
    clear();
    xml.readText(this);
    set(chars, 0, length);
    return this;
  }

  /** Hands out what stands between blanks. */
  void words(XmlPull.Text each) {
    int at = 0;
    while (at < length) {
      int from = Chars.skipBlanks(chars, at, length);
      at = from;
      while (at < length && chars[at] > ' ') {
        at++;
      }
      each.append(chars, from, at - from);
    }
  }

  boolean isSame(char[] text, int offset, int size) {
    return Arrays.equals(chars, 0, length, text, offset, offset + size);
  }

  char[] chars() {
    return chars;
  }

  int length() {
    return length;
  }

  @Override
  public String toString() {
    return new String(chars, 0, length);
  }
}
