package io.sluice.handler.csv;

import io.sluice.handler.csv.CsvTokenizer.Fault;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
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

  private final String sample;
  private final CsvTokenizer tokens;
  private final List<String> notes = new ArrayList<>();
  private int faults;
  private int dirty;

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
      double score = score(rows(dialect.withDelimiter(candidate)));
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
          "the delimiter is taken to be %s, though it might be %s; say it in format.csv.delimiter"
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
    rows(dialect);
    return faults;
  }

  private List<List<String>> rows(CsvDialect dialect) {
    faults = 0;
    dirty = 0;
    List<List<String>> rows = new ArrayList<>();
    tokens.open(new StringReader(sample), dialect, MAX_ROW);
    try {
      while (rows.size() < ROWS && tokens.next()) {
        if (tokens.fault() == Fault.NONE) {
          rows.add(row(dialect.delimiter()));
        } else {
          faults++;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a String cannot fail to be read", e);
    }
    return rows;
  }

  private List<String> row(String delimiter) {
    List<String> row = new ArrayList<>();
    for (int i = 0; i < tokens.count(); i++) {
      String text = tokens.text(i);
      row.add(text);
      dirty += !tokens.isQuoted(i) && holdsAnother(text, delimiter) ? 1 : 0;
    }
    return row;
  }

  /**
   * Whether a field looks as if other delimiters had been overlooked in it. Commas in prose have a
   * blank behind them, those in decimals only digits around them.
   */
  private static boolean holdsAnother(String field, String delimiter) {
    boolean number = true;
    boolean found = false;
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      number &= (c >= '0' && c <= '9') || c == ',' || c == '.' || c == '-' || c == '+';
      boolean sign = c == ',' || c == ';' || c == '\t' || c == '|';
      boolean prose = i + 1 == field.length() || field.charAt(i + 1) == ' ';
      found |= sign && !prose && delimiter.indexOf(c) < 0;
    }
    return found && !number;
  }

  /**
   * How well a delimiter holds through the rows: the share of rows with the usual number of fields,
   * where a row that is nearly as long counts for a part, less the share of fields that hold other
   * delimiters. More fields break ties.
   */
  private double score(List<List<String>> rows) {
    int usual = HeaderDetector.usual(rows);
    if (usual < 2) {
      return 0;
    }
    double near = 0;
    int exact = 0;
    int fields = 0;
    for (List<String> row : rows) {
      exact += row.size() == usual ? 1 : 0;
      near += Math.max(0, 1 - (double) Math.abs(row.size() - usual) / (usual - 1));
      fields += row.size();
    }
    double held = (exact + near) / 2 / (rows.size() + faults);
    return held * (fields - dirty) / fields + Math.min(usual, 20) / 100.0;
  }
}
