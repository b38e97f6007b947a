package io.sluice.handler.csv;

import io.sluice.core.fate.RejectFile;
import java.io.IOException;
import java.io.Reader;
import java.util.Arrays;

/**
 * Cuts text into rows and fields in a stream (RFC 4180, and line ends of any kind, mixed). Fields
 * are slices: of the buffer where they stand as they are, of a second one where quotes were taken
 * out of them. All of a row's stay valid until the next {@link #next()}.
 */
public final class CsvTokenizer {

  /** What is wrong with a row. */
  public enum Fault {
    NONE,
    /** A quote is not closed before the file ends. */
    UNCLOSED_QUOTE,
    /** A closing quote is followed by neither a delimiter nor the end of the row. */
    TEXT_AFTER_QUOTE
  }

  private static final int BUFFER = 16 << 10;
  private static final int END = -1;

  private Reader in;
  private CsvDialect dialect;
  private char delimiter;
  private int maxRow;
  private char[] buffer = new char[BUFFER];
  private int position;
  private int limit;
  private int rowStart;
  private int rowEnd;
  private boolean ended;
  private boolean afterReturn;
  private long line = 1;
  private long rowLine = 1;
  private char[] unquoted = new char[1_024];
  private int unquotedUsed;
  private int[] from = new int[64];
  private int[] length = new int[64];

  /** Fields that are slices of {@link #unquoted}. */
  private boolean[] quoted = new boolean[64];

  private int count;
  private Fault fault = Fault.NONE;

  /**
   * Begins at the reader's position; what was read before is forgotten, its buffers are kept.
   *
   * @param rowChars chars a row may have
   */
  public CsvTokenizer open(Reader reader, CsvDialect how, int rowChars) {
    in = reader;
    dialect = how;
    delimiter = how.delimiter().charAt(0);
    maxRow = rowChars;
    position = 0;
    limit = 0;
    ended = false;
    afterReturn = false;
    line = 1;
    return this;
  }

  /**
   * Reads the next row that is neither empty nor a comment.
   *
   * @return false at the end
   * @throws RejectFile when a row is longer than allowed
   */
  public boolean next() throws IOException {
    while (true) {
      begin();
      int c = peek();
      if (c == END) {
        return false;
      }
      if (c == '\n' || c == '\r') {
        endOfLine(c);
      } else if (!dialect.comment().isEmpty() && isNext(dialect.comment())) {
        skipLine();
      } else {
        while (readField()) {}
        return true;
      }
    }
  }

  /** Passes over lines whatever they hold. */
  void skipLines(int lines) throws IOException {
    for (int i = 0; i < lines; i++) {
      begin();
      skipLine();
    }
  }

  private void begin() throws IOException {
    rowStart = position;
    if (afterReturn) {
      afterReturn = false;
      if (peek() == '\n') {
        position++;
      }
    }
    rowStart = position;
    rowLine = line;
    count = 0;
    unquotedUsed = 0;
    fault = Fault.NONE;
  }

  /** False when the row ends with the field. */
  private boolean readField() throws IOException {
    if (dialect.trim()) {
      skipSpaces();
    }
    if (dialect.quote() != 0 && peek() == dialect.quote()) {
      return readQuoted();
    }
    int start = position - rowStart;
    while (true) {
      int c = scanUnquoted();
      if (c == END || c == '\n' || c == '\r') {
        add(start, position - rowStart - start, false);
        endRow(c);
        return false;
      }
      if (takeDelimiter()) {
        int end = position - rowStart - dialect.delimiter().length();
        add(start, end - start, false);
        return true;
      }
      position++;
    }
  }

  /** Runs to the next char that may end a field: the hot loop. */
  private int scanUnquoted() throws IOException {
    while (true) {
      int p = position;
      char[] chars = buffer;
      int end = limit;
      char stop = delimiter;
      while (p < end) {
        char c = chars[p];
        if (c == stop || c == '\n' || c == '\r') {
          position = p;
          return c;
        }
        p++;
      }
      position = p;
      if (peek() == END) {
        return END;
      }
    }
  }

  private boolean readQuoted() throws IOException {
    int start = unquotedUsed;
    position++;
    while (true) {
      int c = peek();
      if (c == END) {
        fault = Fault.UNCLOSED_QUOTE;
        add(start, unquotedUsed - start, true);
        endRow(END);
        return false;
      }
      position++;
      if (dialect.escape() != 0 && c == dialect.escape() && isEscaped()) {
        c = peek();
        position++;
      } else if (c == dialect.quote()) {
        if (peek() != dialect.quote()) {
          add(start, unquotedUsed - start, true);
          return afterQuote();
        }
        position++;
      } else if (c == '\n' || (c == '\r' && peek() != '\n')) {
        line++;
      }
      append((char) c);
    }
  }

  private boolean isEscaped() throws IOException {
    int c = peek();
    return c == dialect.quote() || c == dialect.escape();
  }

  private void append(char c) {
    if (unquotedUsed == unquoted.length) {
      unquoted = Arrays.copyOf(unquoted, unquotedUsed * 2);
    }
    unquoted[unquotedUsed++] = c;
  }

  private boolean afterQuote() throws IOException {
    while (true) {
      int c = peek();
      if (c == END || c == '\n' || c == '\r') {
        endRow(c);
        return false;
      }
      if (takeDelimiter()) {
        return true;
      }
      if (c != ' ' && c != '\t') {
        fault = Fault.TEXT_AFTER_QUOTE;
      }
      position++;
    }
  }

  private boolean takeDelimiter() throws IOException {
    boolean there = isNext(dialect.delimiter());
    position += there ? dialect.delimiter().length() : 0;
    return there;
  }

  private boolean isNext(String wanted) throws IOException {
    for (int i = 0; i < wanted.length(); i++) {
      if (peek(i) != wanted.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private void skipSpaces() throws IOException {
    int c = peek();
    while ((c == ' ' || c == '\t') && c != delimiter) {
      position++;
      c = peek();
    }
  }

  private void add(int start, int size, boolean wasQuoted) {
    if (count == from.length) {
      from = Arrays.copyOf(from, count * 2);
      length = Arrays.copyOf(length, count * 2);
      quoted = Arrays.copyOf(quoted, count * 2);
    }
    int trimmed = size;
    while (dialect.trim() && !wasQuoted && trimmed > 0 && isSpace(rowStart + start + trimmed - 1)) {
      trimmed--;
    }
    from[count] = start;
    length[count] = trimmed;
    quoted[count] = wasQuoted;
    count++;
  }

  private boolean isSpace(int index) {
    return buffer[index] == ' ' || buffer[index] == '\t';
  }

  private void endRow(int c) {
    rowEnd = position;
    if (c != END) {
      endOfLine(c);
    }
  }

  private void endOfLine(int c) {
    position++;
    line++;
    afterReturn = c == '\r';
  }

  private void skipLine() throws IOException {
    int c = peek();
    while (c != END && c != '\n' && c != '\r') {
      position++;
      rowStart = position;
      c = peek();
    }
    if (c != END) {
      endOfLine(c);
    }
  }

  private int peek() throws IOException {
    return position < limit || fill() ? buffer[position] : END;
  }

  private int peek(int ahead) throws IOException {
    while (position + ahead >= limit) {
      if (!fill()) {
        return END;
      }
    }
    return buffer[position + ahead];
  }

  /** Reads on, keeping the row being read; false at the end of the input. */
  private boolean fill() throws IOException {
    if (ended) {
      return false;
    }
    if (limit == buffer.length) {
      makeRoom();
    }
    int n = in.read(buffer, limit, buffer.length - limit);
    if (n < 0) {
      ended = true;
      return false;
    }
    limit += n;
    return n > 0 || fill();
  }

  private void makeRoom() {
    if (rowStart > 0) {
      System.arraycopy(buffer, rowStart, buffer, 0, limit - rowStart);
      position -= rowStart;
      limit -= rowStart;
      rowStart = 0;
      return;
    }
    if (limit >= maxRow) {
      throw new RejectFile(
          "row_too_large",
          "line " + rowLine,
          "a row is longer than " + maxRow + " chars; is a quote not closed?");
    }
    buffer = Arrays.copyOf(buffer, buffer.length * 2);
  }

  /** Fields of the row. */
  public int count() {
    return count;
  }

  /** The array that holds a field. */
  public char[] chars(int field) {
    return quoted[field] ? unquoted : buffer;
  }

  public int from(int field) {
    return quoted[field] ? from[field] : rowStart + from[field];
  }

  public int length(int field) {
    return length[field];
  }

  public boolean isQuoted(int field) {
    return quoted[field];
  }

  public String text(int field) {
    return new String(chars(field), from(field), length(field));
  }

  /** Line of the row's start, from 1. */
  public long line() {
    return rowLine;
  }

  public Fault fault() {
    return fault;
  }

  /** The row as it stands in the file, cut. */
  public String raw(int max) {
    return new String(buffer, rowStart, Math.min(rowEnd - rowStart, max));
  }
}
