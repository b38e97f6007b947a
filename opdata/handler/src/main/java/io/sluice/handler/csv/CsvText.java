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
import java.util.ArrayList;
import java.util.Arrays;
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
  private boolean header;
  private Charset charset;
  private List<String> notes = List.of();

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
      byte[] bytes = Arrays.copyOf(sample.bytes(), sample.size());
      CharsetDetector.Found found =
          CharsetDetector.detect(bytes, sample.isWhole(), format.charset().orElse(null));
      charset = found.charset();
      DialectDetector.Found dialect = detect(text(bytes, found));
      header = hasHeader(dialect);
      notes = notes(dialect);
      tokens.open(
          decoder.open(sample.content(found.skip()), charset),
          given().withDelimiter(dialect.delimiter()).withEscape(dialect.escape()),
          MAX_ROW);
      skip(dialect.preamble());
    } catch (CharacterCodingException e) {
      throw badCharset(e);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private String text(byte[] bytes, CharsetDetector.Found found) {
    String all = new String(bytes, found.skip(), bytes.length - found.skip(), found.charset());
    String text = withoutMarks(all);
    if (!sample.hasMore() && text.isBlank()) {
      sample.throwIfBroken();
      throw new RejectFile("empty", "byte 0", "the file is empty");
    }
    long control = text.chars().filter(c -> c < ' ' && c != '\n' && c != '\r' && c != '\t').count();
    if (control * 5 > text.length()) {
      throw new RejectFile(
          "not_text", "byte 0", "the file is not text in " + charset + " or any detected charset");
    }
    int lastLine = text.lastIndexOf('\n');
    return sample.isWhole() || lastLine < 0 ? text : text.substring(0, lastLine);
  }

  private static String withoutMarks(String text) {
    int marks = 0;
    while (marks < text.length() && text.charAt(marks) == '\uFEFF') {
      marks++;
    }
    return text.substring(marks);
  }

  private DialectDetector.Found detect(String text) {
    String body = withoutLines(text, format.skipLines().orElse(0));
    return new DialectDetector(body, tokens)
        .detect(given(), format.delimiter().orElse(null), expected);
  }

  private boolean hasHeader(DialectDetector.Found found) {
    return switch (format.header()) {
      case AUTO -> found.header();
      case TRUE -> true;
      case FALSE -> false;
    };
  }

  private List<String> notes(DialectDetector.Found found) {
    List<String> all = new ArrayList<>(found.delimiterNotes());
    if (format.header() == FeedFormat.Header.AUTO) {
      all.addAll(found.headerNotes());
    }
    if (format.skipLines().isEmpty() && found.preamble() > 0) {
      all.add(
          "the first "
              + found.preamble()
              + " rows were skipped as a preamble; set skipLines in format.csv if they are not one");
    }
    return all;
  }

  private CsvDialect given() {
    return new CsvDialect(
        format.delimiter().orElse(","),
        format.quote().orElse('\0'),
        format.escape().orElse('\0'),
        format.comment().orElse(""),
        format.trim());
  }

  private void skip(int preamble) throws IOException {
    tokens.skipLines(format.skipLines().orElse(0));
    int rows = format.skipLines().isPresent() ? 0 : preamble;
    for (int i = 0; i < rows; i++) {
      tokens.next();
    }
  }

  private static String withoutLines(String text, int lines) {
    int at = 0;
    for (int i = 0; i < lines && at >= 0; i++) {
      at = text.indexOf('\n', at) + 1;
      at = at == 0 ? -1 : at;
    }
    return at < 0 ? "" : text.substring(at);
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
    return header;
  }

  /** What was guessed and might be otherwise, a sentence each. */
  public List<String> notes() {
    return notes;
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
