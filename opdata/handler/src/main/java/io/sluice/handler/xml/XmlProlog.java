package io.sluice.handler.xml;

import io.sluice.core.fate.RejectFile;
import io.sluice.handler.input.Sample;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;

/**
 * Finds the charset of a document (byte-order mark, then the shape of the first bytes, then the
 * prolog) and drops what some senders put before {@code <?xml?>}: blanks, comments, processing
 * instructions. XML 1.0, 2.8 and appendix F.
 */
final class XmlProlog {

  /** As much of a document as its prolog may take, in bytes. */
  static final int HEAD = 64 << 10;

  /** As much as nearly every prolog takes. */
  private static final int SHORT_HEAD = 1 << 10;

  private final Sample sample;
  private Charset charset;
  private int start;
  private int skippedLines;

  private XmlProlog(Sample sample) {
    this.sample = sample;
  }

  /** Looks at a document's first bytes, at least {@link #HEAD} of them unless it is shorter. */
  static XmlProlog of(Sample sample) {
    XmlProlog prolog = new XmlProlog(sample);
    prolog.charset = prolog.charsetOfFirstBytes();
    prolog.readDeclaration();
    return prolog;
  }

  /** UTF-8 unless something else is said. */
  Charset charset() {
    return charset;
  }

  /** Lines dropped before the prolog. */
  int skippedLines() {
    return skippedLines;
  }

  /** The document from its prolog on, without byte-order mark. */
  InputStream content() {
    return sample.content(start);
  }

  /** True when there is nothing but blanks and there is no more to come. */
  boolean isEmpty() {
    boolean blank = !sample.hasMore() && text(sample.size(), charset).isBlank();
    if (blank) {
      sample.throwIfBroken();
    }
    return blank;
  }

  private String text(int end, Charset how) {
    return new String(sample.bytes(), start, Math.max(0, end - start), how);
  }

  private Charset charsetOfFirstBytes() {
    if (skipMarks(0xEF, 0xBB, 0xBF)) {
      return StandardCharsets.UTF_8;
    }
    if (skipMarks(0xFE, 0xFF)) {
      return StandardCharsets.UTF_16BE;
    }
    if (skipMarks(0xFF, 0xFE)) {
      return StandardCharsets.UTF_16LE;
    }
    if (startsWith(0, '<')) {
      return StandardCharsets.UTF_16BE;
    }
    return startsWith('<', 0) ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8;
  }

  /** Some senders mark twice. */
  private boolean skipMarks(int... mark) {
    int before = start;
    while (startsWith(mark)) {
      start += mark.length;
    }
    return start > before;
  }

  private boolean startsWith(int... bytes) {
    if (sample.size() - start < bytes.length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if ((sample.bytes()[start + i] & 0xFF) != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  private void readDeclaration() {
    boolean wide = !charset.equals(StandardCharsets.UTF_8);
    boolean plain = startsWith('<', '?', 'x', 'm', 'l');
    String text =
        text(
            plain ? Math.min(SHORT_HEAD, sample.size()) : sample.size(),
            wide ? charset : StandardCharsets.ISO_8859_1);
    int declaration = declarationAfterMisc(text);
    if (declaration < 0) {
      return;
    }
    for (int i = 0; i < declaration; i++) {
      skippedLines += text.charAt(i) == '\n' ? 1 : 0;
    }
    start += wide ? 2 * declaration : declaration;
    int end = text.indexOf("?>", declaration);
    String encoding = end < 0 ? null : pseudoAttribute(text.substring(declaration, end));
    if (encoding != null && !wide) {
      charset = charsetNamed(encoding);
    }
  }

  /**
   * Index of {@code <?xml} after blanks, comments and other instructions; -1 when there is none.
   */
  private static int declarationAfterMisc(String text) {
    int i = 0;
    while (true) {
      while (i < text.length() && text.charAt(i) <= ' ') {
        i++;
      }
      if (text.startsWith("<?xml", i) && i + 5 < text.length() && text.charAt(i + 5) <= ' ') {
        return i;
      }
      int end;
      if (text.startsWith("<?", i)) {
        end = text.indexOf("?>", i);
        i = end + 2;
      } else if (text.startsWith("<!--", i)) {
        end = text.indexOf("-->", i + 4);
        i = end + 3;
      } else {
        return -1;
      }
      if (end < 0) {
        return -1;
      }
    }
  }

  private static String pseudoAttribute(String declaration) {
    int at = declaration.indexOf("encoding");
    if (at < 0) {
      return null;
    }
    for (int i = at + 8; i < declaration.length(); i++) {
      char quote = declaration.charAt(i);
      if (quote == '"' || quote == '\'') {
        int end = declaration.indexOf(quote, i + 1);
        return end < 0 ? null : declaration.substring(i + 1, end).trim();
      }
    }
    return null;
  }

  private static Charset charsetNamed(String name) {
    try {
      Charset named = Charset.forName(name);
      // The bytes were read as single ones so far, so a wide charset's name is wrong here.
      return named.name().startsWith("UTF-16") || named.name().startsWith("UTF-32")
          ? StandardCharsets.UTF_8
          : named;
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      throw new RejectFile(
          "unknown_charset",
          "line 1",
          "the prolog names the charset '" + name + "', which is not supported",
          e);
    }
  }
}
