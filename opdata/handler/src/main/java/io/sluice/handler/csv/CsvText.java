package io.sluice.handler.csv;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedFormat;
import io.sluice.handler.input.Sample;
import io.sluice.handler.input.TextDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * CSV files as rows, one file after the other: charset and dialect as the feed says or as the first
 * bytes show. Buffers are kept from file to file. Not for use by several threads.
 */
public final class CsvText {

  private static final int SAMPLE = 256 << 10;
  private static final int MAX_ROW = 4 << 20;

  private final FeedFormat.Csv format;
  private final Sample sample = new Sample(SAMPLE);
  private final TextDecoder decoder = new TextDecoder();
  private final CsvTokenizer tokens = new CsvTokenizer();
  private final Set<String> expected;
  private Charset charset;
  private DialectDetector.Found found;

  public CsvText(FeedFormat.Csv format) {
    this.format = format;
    this.expected = expected(format);
  }

  /**
   * Opens a file and passes over what stands before its header or first row.
   *
   * @param in stays the caller's to close
   * @throws RejectFile when it is empty or no text
   */
  public void open(InputStream in) {
    try {
      sample.read(in);
      charset = CharsetDetector.detect(sample, format.charset().orElse(null));
      String body = withoutLines(text(), format.skipLines().orElse(0));
      found = new DialectDetector(body, tokens).detect(format, expected);
      tokens.open(decoder.open(sample.stream(), charset), found.dialect(), MAX_ROW);
      tokens.skipLines(format.skipLines().orElse(0));
      for (int i = 0; i < found.preamble(); i++) {
        tokens.next();
      }
    } catch (CharacterCodingException e) {
      throw badCharset(e);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private String text() {
    String text = sample.text(sample.size(), charset);
    sample.rejectBlank(text);
    long control = text.chars().filter(c -> c < ' ' && c != '\n' && c != '\r' && c != '\t').count();
    if (control * 5 > text.length()) {
      throw new RejectFile(
          "not_text", "byte 0", "the file is not text in " + charset + " or any detected charset");
    }
    int lastLine = text.lastIndexOf('\n');
    return sample.isWhole() || lastLine < 0 ? text : text.substring(0, lastLine);
  }

  private static String withoutLines(String text, int lines) {
    int at = 0;
    for (int i = 0; i < lines; i++) {
      int end = text.indexOf('\n', at);
      at = end < 0 ? text.length() : end + 1;
    }
    return text.substring(at);
  }

  /** Names that the header must have if the columns say where they come from. */
  private static Set<String> expected(FeedFormat.Csv format) {
    Set<String> names = new HashSet<>();
    for (Map.Entry<String, FeedFormat.Column> column : format.columns().entrySet()) {
      String from = column.getValue().from().orElse(column.getKey());
      if (from.isEmpty() || !from.chars().allMatch(Character::isDigit)) {
        names.add(from.strip().toLowerCase(Locale.ROOT));
      }
    }
    return names;
  }

  /** Whether the first row names the columns. */
  public boolean hasHeader() {
    return found.header();
  }

  /** What was guessed and might be otherwise, a sentence each. */
  public List<String> notes() {
    return found.notes();
  }

  /** The row read last. */
  public CsvTokenizer row() {
    return tokens;
  }

  /**
   * Reads a row.
   *
   * @return false at the end
   * @throws RejectFile when the bytes are not of the charset
   */
  public boolean next() {
    try {
      return tokens.next();
    } catch (CharacterCodingException e) {
      throw badCharset(e);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private RejectFile badCharset(CharacterCodingException e) {
    return new RejectFile(
        "bad_charset",
        "after line " + tokens.line(),
        "bytes that are not " + charset + "; set the charset in the feed's format",
        e);
  }

  private static PauseStage unreadable(IOException e) {
    return new PauseStage("staging cannot be read: " + e.getMessage(), e);
  }
}
