package io.sluice.getter.source;

/** Judges and prints names that others chose. */
public final class Names {

  private Names() {}

  /** Whether a directory entry's name is one plain name that can be stored and sent back. */
  public static boolean safe(String name) {
    return !name.isEmpty()
        && !name.equals(".")
        && !name.equals("..")
        && name.indexOf('/') < 0
        && name.indexOf('\0') < 0;
  }

  /** The text with control characters escaped, so that no name can forge a log line. */
  public static String printable(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> append(out, c));
    return out.toString();
  }

  private static void append(StringBuilder out, int codePoint) {
    int type = Character.getType(codePoint);
    if (type == Character.CONTROL
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR) {
      out.append("\\u%04x".formatted(codePoint));
    } else {
      out.appendCodePoint(codePoint);
    }
  }
}
