package io.sluice.handler.csv;

import io.sluice.core.feed.FeedFormat;
import io.sluice.handler.csv.CsvTokenizer.Fault;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

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
   * What was found, as far as the feed does not say it.
   *
   * @param dialect with a backslash for the escape where that leaves fewer rows broken
   * @param preamble rows before the header or the first row
   * @param header whether there is one
   * @param notes what else it might be, a sentence each
   */
  record Found(CsvDialect dialect, int preamble, boolean header, List<String> notes) {}

  /**
   * Looks at the sample.
   *
   * @param expected names of columns the feed wants from the header, lower case
   */
  Found detect(FeedFormat.Csv format, Set<String> expected) {
    CsvDialect given =
        new CsvDialect(
            format.delimiter().orElse(","),
            format.quote().orElse('\0'),
            format.escape().orElse('\0'),
            format.comment().orElse(""),
            format.trim());
    String delimiter = format.delimiter().orElseGet(() -> best(given));
    CsvDialect dialect = withEscape(given.withDelimiter(delimiter));
    HeaderDetector header = new HeaderDetector(rows(dialect), expected);
    boolean named =
        format.header() == FeedFormat.Header.AUTO
            ? header.isHeader()
            : format.header() == FeedFormat.Header.TRUE;
    notes.addAll(header.notes());
    int preamble = format.skipLines().isPresent() ? 0 : header.preamble();
    if (preamble > 0) {
      notes.add(
          "the first "
              + preamble
              + " rows were skipped as a preamble; set skipLines in format.csv if they are not one");
    }
    return new Found(dialect, preamble, named, notes);
  }

  private String best(CsvDialect dialect) {
    Map<String, Double> scores = new HashMap<>();
    for (String candidate : DELIMITERS) {
      boolean there = sample.contains(candidate);
      scores.put(candidate, there ? score(dialect.withDelimiter(candidate)) : 0);
    }
    List<String> ranked =
        DELIMITERS.stream()
            .sorted(Comparator.<String, Double>comparing(scores::get).reversed())
            .toList();
    String best = ranked.get(0);
    String second = ranked.get(1);
    if (scores.get(second) > 0 && scores.get(second) >= CLOSE * scores.get(best)) {
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
    Arrays.fill(dirty, 0);
    read(dialect, () -> measureRow(dialect.delimiter()));
  }

  private void measureRow(String delimiter) {
    int count = tokens.count();
    sizes[rows] = count;
    if (dirty.length < count) {
      dirty = Arrays.copyOf(dirty, count * 2);
    }
    for (int i = 0; i < count; i++) {
      dirty[i] += !tokens.isQuoted(i) && holdsAnother(i, delimiter) ? 1 : 0;
    }
  }

  private List<List<String>> rows(CsvDialect dialect) {
    List<List<String>> all = new ArrayList<>();
    read(
        dialect, () -> all.add(IntStream.range(0, tokens.count()).mapToObj(tokens::text).toList()));
    return all;
  }

  private void read(CsvDialect dialect, Runnable good) {
    rows = 0;
    faults = 0;
    tokens.open(new StringReader(sample), dialect, MAX_ROW);
    try {
      while (rows < ROWS && tokens.next()) {
        if (tokens.fault() == Fault.NONE) {
          good.run();
          rows++;
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
    int usual = HeaderDetector.usual(Arrays.stream(sizes, 0, rows));
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
