package io.sluice.handler.xml;

import io.sluice.core.fate.RejectFile;
import io.sluice.handler.input.Sample;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands before a document's root: the charset (byte-order mark, then the shape of the first
 * bytes, then the declaration), UTF-8 unless something else is said. XML 1.0, 2.8 and appendix F.
 *
 * @param skippedLines lines dropped before the declaration
 */
record XmlProlog(Charset charset, int skippedLines) {

  /** As much of a document as its prolog may take, in bytes. */
  static final int HEAD = 64 << 10;

  /** As much as nearly every prolog takes. */
  private static final int SHORT_HEAD = 1 << 10;

  /** Blanks, a comment, or an instruction that is not the declaration. */
  private static final Pattern MISC =
      Pattern.compile("[\\x00- ]+|<!--.*?-->|<\\?(?!xml[\\x00- ]).*?(?<=\\?)>", Pattern.DOTALL);

  private static final Pattern DECLARATION =
      Pattern.compile("<\\?xml[\\x00- ](?:(.*?)\\?>)?", Pattern.DOTALL);
  private static final Pattern ENCODING =
      Pattern.compile("encoding[^\"']*([\"'])(.*?)\\1", Pattern.DOTALL);

  /**
   * Looks at a document's first bytes, at least {@link #HEAD} of them unless it is shorter, and
   * passes over the byte-order mark and what some senders put before the declaration.
   */
  static XmlProlog of(Sample sample) {
    Charset charset = charsetOfFirstBytes(sample);
    boolean wide = !charset.equals(StandardCharsets.UTF_8);
    boolean plain = sample.startsWith("<?xml".getBytes(StandardCharsets.US_ASCII));
    String text =
        sample.text(
            plain ? SHORT_HEAD : sample.size(), wide ? charset : StandardCharsets.ISO_8859_1);
    int start = endOfMisc(text);
    Matcher declaration = DECLARATION.matcher(text).region(start, text.length());
    if (!declaration.lookingAt()) {
      return new XmlProlog(charset, 0);
    }
    sample.skip(wide ? 2 * start : start);
    int lines = (int) text.substring(0, start).chars().filter(c -> c == '\n').count();
    Matcher encoding = ENCODING.matcher(String.valueOf(declaration.group(1)));
    return new XmlProlog(
        encoding.find() && !wide ? charsetNamed(encoding.group(2).trim()) : charset, lines);
  }

  private static Charset charsetOfFirstBytes(Sample sample) {
    Charset marked = sample.skipMarks();
    if (marked != null) {
      return marked;
    }
    if (sample.startsWith((byte) 0, (byte) '<')) {
      return StandardCharsets.UTF_16BE;
    }
    return sample.startsWith((byte) '<', (byte) 0)
        ? StandardCharsets.UTF_16LE
        : StandardCharsets.UTF_8;
  }

  private static int endOfMisc(String text) {
    Matcher misc = MISC.matcher(text);
    int end = 0;
    while (misc.region(end, text.length()).lookingAt()) {
      end = misc.end();
    }
    return end;
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
