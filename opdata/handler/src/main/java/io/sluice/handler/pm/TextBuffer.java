package io.sluice.handler.pm;

import io.sluice.handler.value.Chars;
import io.sluice.handler.xml.XmlPull;
import java.util.Arrays;

/** A piece of text kept beyond the parser's next event, without a String. */
final class TextBuffer {

  private char[] chars = new char[256];
  private int length;

  void clear() {
    length = 0;
  }

  /** Takes over the parser's current slice, without the blanks around it. */
  void set(XmlPull xml) {
    clear();
    int end = xml.offset() + xml.length();
    int from = Chars.skipBlanks(xml.chars(), xml.offset(), end);
    append(xml.chars(), from, Chars.trimEnd(xml.chars(), from, end) - from);
  }

  void append(char[] text, int offset, int size) {
    if (length + size > chars.length) {
      chars = Arrays.copyOf(chars, Math.max(length + size, chars.length * 2));
    }
    System.arraycopy(text, offset, chars, length, size);
    length += size;
  }

  /** Reads the rest of the current element; text of elements inside it is passed over. */
  void readElement(XmlPull xml) {
    clear();
    int depth = xml.depth();
    while (true) {
      switch (xml.next()) {
        case TEXT -> append(xml.chars(), xml.offset(), xml.length());
        case START -> xml.skipElement();
        default -> {
          if (xml.depth() < depth) {
            trim();
            return;
          }
        }
      }
    }
  }

  private void trim() {
    int from = Chars.skipBlanks(chars, 0, length);
    length = Chars.trimEnd(chars, from, length) - from;
    if (from > 0) {
      System.arraycopy(chars, from, chars, 0, length);
    }
  }

  boolean isSame(XmlPull xml) {
    return Arrays.equals(chars, 0, length, xml.chars(), xml.offset(), xml.offset() + xml.length());
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
