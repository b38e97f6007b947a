package io.sluice.handler.csv;

import io.sluice.handler.csv.CsvTokenizer.Fault;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Finds the delimiter, the lines before the header, and whether there is a header, in a sample.
 * What was nearly found otherwise is noted.
 */
final class DialectDetector {

  /** Tried in this order; the first of equals wins. */
  private static final List<String> DELIMITERS =
      List.of(",", ";", "\t", "|", "||", "::", "~", "^", "\u0001");

  private static final int ROWS = 200;
  private static final int MAX_ROW = 1 << 20;

  /** A delimiter that scores this share of the best one's score might be it. */
  private static final double CLOSE = 0.6;

  /** A column holds another delimiter when nearly all of its fields do. */
  private static final double NEARLY_ALL = 0.9;

  private final String sample;
  private final CsvTokenizer tokens;
  private final List<String> notes = new ArrayList<>();
  private final int[] sizes = new int[ROWS];
  private int rows;
  private int faults;
  private int[] dirty = new int[64];

  /**
   * A detector for one file.
   *
   * @param tokens to read the sample with; its place is lost
   */
  DialectDetector(String sample, CsvTokenizer tokens) {
    this.sample = sample;
    this.tokens = tokens;
  }

  /**
   * What was found.
   *
   * @param escape the one given, or a backslash where that leaves fewer rows broken
   * @param preamble rows before the header or the first row
   * @param delimiterNotes what else the delimiter might be, a sentence
   * @param headerNotes why the header might not be one, or the other way round
   */
  record Found(
      String delimiter,
      char escape,
      int preamble,
      boolean header,
      List<String> delimiterNotes,
      List<String> headerNotes) {}

  /**
   * Looks at the sample.
   *
   * @param dialect its delimiter is ignored
   * @param delimiter the one the feed says, or null
   * @param expected names of columns the feed wants from the header, lower case
   */
  Found detect(CsvDialect dialect, String delimiter, Set<String> expected) {
    String best = delimiter == null ? best(dialect) : delimiter;
    CsvDialect found = withEscape(dialect.withDelimiter(best));
    HeaderDetector header = new HeaderDetector(rows(found), expected);
    boolean named = header.isHeader();
    return new Found(best, found.escape(), header.preamble(), named, notes, header.notes());
  }

  private String best(CsvDialect dialect) {
    String best = DELIMITERS.get(0);
    String second = best;
    double bestScore = -1;
    double secondScore = -1;
    for (String candidate : DELIMITERS) {
      double score = sample.contains(candidate) ? score(dialect.withDelimiter(candidate)) : 0;
      if (score > bestScore) {
        second = best;
        secondScore = bestScore;
        best = candidate;
        bestScore = score;
      } else if (score > secondScore) {
        second = candidate;
        secondScore = score;
      }
    }
    if (secondScore > 0 && secondScore >= CLOSE * bestScore) {
      notes.add(
          "the delimiter is taken to be %s, though it might be %s; set format.csv.delimiter"
              .formatted(shown(best), shown(second)));
    }
    return best;
  }

  private static String shown(String delimiter) {
    return switch (delimiter) {
      case "\t" -> "a tab";
      case "\u0001" -> "the char 1";
      default -> "'" + delimiter + "'";
    };
  }

  private CsvDialect withEscape(CsvDialect dialect) {
    CsvDialect escaped = dialect.withEscape('\\');
    boolean given = dialect.escape() != 0 || dialect.quote() == 0;
    return given || faults(escaped) >= faults(dialect) ? dialect : escaped;
  }

  /** Rows of the sample that are broken in this dialect. */
  private int faults(CsvDialect dialect) {
    measure(dialect);
    return faults;
  }

  /** Reads the sample without making Strings of it. */
  private void measure(CsvDialect dialect) {
    rows = 0;
    faults = 0;
    Arrays.fill(dirty, 0);
    String delimiter = dialect.delimiter();
    read(dialect, () -> measureRow(delimiter));
  }

  private void measureRow(String delimiter) {
    int count = tokens.count();
    sizes[rows++] = count;
    if (dirty.length < count) {
      dirty = Arrays.copyOf(dirty, count * 2);
    }
    for (int i = 0; i < count; i++) {
      dirty[i] += !tokens.isQuoted(i) && holdsAnother(i, delimiter) ? 1 : 0;
    }
  }

  private List<List<String>> rows(CsvDialect dialect) {
    rows = 0;
    faults = 0;
    List<List<String>> all = new ArrayList<>();
    read(
        dialect,
        () -> {
          List<String> row = new ArrayList<>();
          for (int i = 0; i < tokens.count(); i++) {
            row.add(tokens.text(i));
          }
          all.add(row);
          rows++;
        });
    return all;
  }

  private void read(CsvDialect dialect, Runnable good) {
    tokens.open(new StringReader(sample), dialect, MAX_ROW);
    try {
      while (rows < ROWS && tokens.next()) {
        if (tokens.fault() == Fault.NONE) {
          good.run();
        } else {
          faults++;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a String cannot fail to be read", e);
    }
  }

  /**
   * Whether a field looks as if other delimiters had been overlooked in it. Commas in prose have a
   * blank behind them, those in decimals only digits around them.
   */
  private boolean holdsAnother(int field, String delimiter) {
    char[] chars = tokens.chars(field);
    int from = tokens.from(field);
    int end = from + tokens.length(field);
    boolean number = true;
    boolean found = false;
    for (int i = from; i < end; i++) {
      char c = chars[i];
      number &= (c >= '0' && c <= '9') || c == ',' || c == '.' || c == '-' || c == '+';
      boolean sign = c == ',' || c == ';' || c == '\t' || c == '|';
      boolean prose = i + 1 == end || chars[i + 1] == ' ';
      found |= sign && !prose && delimiter.indexOf(c) < 0;
    }
    return found && !number;
  }

  /**
   * How well a delimiter holds through the rows: the share of rows with the usual number of fields,
   * where a row that is nearly as long counts for a part, less the share of columns that hold other
   * delimiters throughout. More fields break ties.
   */
  private double score(CsvDialect dialect) {
    measure(dialect);
    int usual = HeaderDetector.usual(sizes, rows);
    if (usual < 2) {
      return 0;
    }
    double near = 0;
    int exact = 0;
    for (int i = 0; i < rows; i++) {
      exact += sizes[i] == usual ? 1 : 0;
      near += Math.max(0, 1 - (double) Math.abs(sizes[i] - usual) / (usual - 1));
    }
    double held = (exact + near) / 2 / (rows + faults);
    return held * cleanColumns(usual) / usual + Math.min(usual, 20) / 100.0;
  }

  private int cleanColumns(int usual) {
    int clean = 0;
    for (int i = 0; i < usual; i++) {
      clean += dirty[i] < NEARLY_ALL * rows ? 1 : 0;
    }
    return clean;
  }
}
