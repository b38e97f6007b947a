package io.sluice.handler.csv;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.SequenceInputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A CSV file as rows: charset and dialect as the feed says or as the first bytes show. */
public final class CsvText {

  private static final int SAMPLE = 256 << 10;
  private static final int MAX_ROW = 4 << 20;

  private final CsvTokenizer tokens;
  private final boolean header;
  private final Charset charset;

  private CsvText(CsvTokenizer tokens, boolean header, Charset charset) {
    this.tokens = tokens;
    this.header = header;
    this.charset = charset;
  }

  /**
   * Opens a file and passes over what stands before its header or first row.
   *
   * @throws RejectFile when it is empty or no text
   */
  public static CsvText open(InputStream in, FeedFormat.Csv format) {
    try {
      byte[] sample = in.readNBytes(SAMPLE);
      boolean whole = sample.length < SAMPLE;
      CharsetDetector.Found found =
          CharsetDetector.detect(sample, whole, format.charset().orElse(null));
      String text = sampleText(sample, found, whole);
      InputStream all =
          new SequenceInputStream(
              new ByteArrayInputStream(sample, found.skip(), sample.length - found.skip()), in);
      return open(reader(all, found.charset()), text, format, found.charset());
    } catch (IOException e) {
      throw new PauseStage("staging cannot be read: " + e.getMessage(), e);
    }
  }

  private static String sampleText(byte[] sample, CharsetDetector.Found found, boolean whole) {
    String text = new String(sample, found.skip(), sample.length - found.skip(), found.charset());
    if (whole && text.isBlank()) {
      throw new RejectFile("empty", "byte 0", "the file holds nothing");
    }
    long control = text.chars().filter(c -> c < ' ' && c != '\n' && c != '\r' && c != '\t').count();
    if (control * 5 > text.length()) {
      throw new RejectFile(
          "not_text",
          "byte 0",
          "the file is no text in " + found.charset() + " or any charset found");
    }
    int lastLine = text.lastIndexOf('\n');
    return whole || lastLine < 0 ? text : text.substring(0, lastLine);
  }

  private static Reader reader(InputStream in, Charset charset) {
    return new InputStreamReader(
        in,
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  private static CsvText open(Reader in, String sample, FeedFormat.Csv format, Charset charset)
      throws IOException {
    int skipped = format.skipLines().orElse(0);
    CsvDialect given =
        new CsvDialect(
            format.delimiter().map(String::valueOf).orElse(","),
            format.quote().orElse('\0'),
            format.escape().orElse('\0'),
            format.comment().orElse(""),
            format.trim());
    DialectDetector.Found found =
        new DialectDetector(withoutLines(sample, skipped))
            .detect(given, format.delimiter().map(String::valueOf).orElse(null), expected(format));
    CsvTokenizer tokens =
        new CsvTokenizer(
            in, given.withDelimiter(found.delimiter()).withEscape(found.escape()), MAX_ROW);
    boolean header =
        switch (format.header()) {
          case AUTO -> found.header();
          case TRUE -> true;
          case FALSE -> false;
        };
    CsvText text = new CsvText(tokens, header, charset);
    tokens.skipLines(skipped);
    int preamble = format.skipLines().isPresent() ? 0 : found.preamble();
    for (int i = 0; i < preamble; i++) {
      text.next();
    }
    return text;
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
      throw new RejectFile(
          "bad_charset",
          "after line " + tokens.line(),
          "bytes that are not " + charset + "; say the charset in the feed's format",
          e);
    } catch (IOException e) {
      throw new PauseStage("staging cannot be read: " + e.getMessage(), e);
    }
  }
}
