package io.sluice.handler.csv;

import io.sluice.handler.csv.CsvTokenizer.Fault;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Finds the delimiter, the lines before the header, and whether there is a header, in a sample. */
final class DialectDetector {

  /** Tried in this order; the first of equals wins. */
  private static final List<String> DELIMITERS =
      List.of(",", ";", "\t", "|", "||", "::", "~", "^", "\u0001");

  private static final int ROWS = 200;
  private static final int MAX_PREAMBLE = 50;
  private static final int MAX_ROW = 1 << 20;

  private final String sample;
  private int faults;

  DialectDetector(String sample) {
    this.sample = sample;
  }

  /**
   * What was found.
   *
   * @param escape the one given, or a backslash where that leaves fewer rows broken
   * @param preamble rows before the header or the first row
   */
  record Found(String delimiter, char escape, int preamble, boolean header) {}

  /**
   * Looks at the sample.
   *
   * @param dialect its delimiter is ignored
   * @param delimiter the one the feed says, or null
   * @param expected names of columns the feed wants from the header, lower case
   */
  Found detect(CsvDialect dialect, String delimiter, Set<String> expected) {
    List<String> candidates = delimiter == null ? DELIMITERS : List.of(delimiter);
    String best = candidates.get(0);
    double bestScore = -1;
    for (String candidate : candidates) {
      double score = score(rows(dialect.withDelimiter(candidate)));
      if (score > bestScore) {
        best = candidate;
        bestScore = score;
      }
    }
    CsvDialect found = withEscape(dialect.withDelimiter(best));
    List<List<String>> rows = rows(found);
    int preamble = preamble(rows, expected);
    return new Found(best, found.escape(), preamble, isHeader(rows, preamble, expected));
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
    List<List<String>> rows = new ArrayList<>();
    CsvTokenizer tokens = new CsvTokenizer(new StringReader(sample), dialect, MAX_ROW);
    try {
      while (rows.size() < ROWS && tokens.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 0; i < tokens.count(); i++) {
          row.add(tokens.text(i));
        }
        if (tokens.fault() == Fault.NONE) {
          rows.add(row);
        } else {
          faults++;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a String cannot fail to be read", e);
    }
    return rows;
  }

  /**
   * The share of rows with the usual number of fields; more fields break ties between full shares.
   */
  private static double score(List<List<String>> rows) {
    int usual = usual(rows);
    if (usual < 2) {
      return 0;
    }
    long same = rows.stream().filter(row -> row.size() == usual).count();
    return (double) same / rows.size() + Math.min(usual, 20) / 100.0;
  }

  private static int usual(List<List<String>> rows) {
    Map<Integer, Integer> sizes = new HashMap<>();
    rows.forEach(row -> sizes.merge(row.size(), 1, Integer::sum));
    int usual = 1;
    int times = 0;
    for (Map.Entry<Integer, Integer> size : sizes.entrySet()) {
      boolean more = size.getValue() > times;
      if (more || (size.getValue() == times && size.getKey() > usual)) {
        usual = size.getKey();
        times = size.getValue();
      }
    }
    return usual;
  }

  /** Leading rows with fewer fields than half of what is usual: a title, a count of records. */
  private static int preamble(List<List<String>> rows, Set<String> expected) {
    for (int i = 0; i < Math.min(rows.size(), MAX_PREAMBLE); i++) {
      if (!expected.isEmpty() && names(rows.get(i)).containsAll(expected)) {
        return i;
      }
    }
    int usual = usual(rows);
    int lines = 0;
    while (lines < Math.min(rows.size(), MAX_PREAMBLE)
        && usual > 2
        && rows.get(lines).size() * 2 <= usual) {
      lines++;
    }
    return lines;
  }

  private static Set<String> names(List<String> row) {
    Set<String> names = new HashSet<>();
    row.forEach(name -> names.add(name.strip().toLowerCase(Locale.ROOT)));
    return names;
  }

  private static boolean isHeader(List<List<String>> rows, int preamble, Set<String> expected) {
    if (preamble >= rows.size()) {
      return false;
    }
    List<String> first = rows.get(preamble);
    if (!expected.isEmpty()) {
      Set<String> names = names(first);
      return expected.stream().anyMatch(names::contains);
    }
    boolean distinct = names(first).size() == first.size();
    return distinct && first.stream().noneMatch(DialectDetector::isValue);
  }

  /** Digits where a name would have letters: a number, a date, an address. */
  private static boolean isValue(String text) {
    String field = text.strip();
    if (field.isEmpty()) {
      return false;
    }
    char first = field.charAt(0);
    boolean number = first == '-' || first == '+' || first == '.' || (first >= '0' && first <= '9');
    return number
        && field.chars().noneMatch(c -> Character.isLetter(c) && c != 'T' && c != 'Z' && c != 'e');
  }
}
