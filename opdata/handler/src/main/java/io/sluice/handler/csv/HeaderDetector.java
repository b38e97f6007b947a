package io.sluice.handler.csv;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Finds in the first rows of a file what stands before its header, and whether it has one. */
final class HeaderDetector {

  private static final int MAX_PREAMBLE = 50;

  private static final String MIGHT_BE_VALUES =
      "the first row is taken as the header, though nothing distinguishes it from the others; set"
          + " header: true or false in format.csv";
  private static final String MIGHT_BE_HEADER =
      "the first row is taken as values, though it might be the header; set header: true or false"
          + " in format.csv";

  /** A column's rows are values when nearly all are. */
  private static final double NEARLY_ALL = 0.9;

  private final List<List<String>> rows;
  private final Set<String> expected;
  private final List<String> notes = new ArrayList<>();

  /**
   * A detector for one file.
   *
   * @param expected names of columns the feed wants from the header, lower case
   */
  HeaderDetector(List<List<String>> rows, Set<String> expected) {
    this.rows = rows;
    this.expected = expected;
  }

  /** What might be otherwise, a sentence each. */
  List<String> notes() {
    return notes;
  }

  /** The number of fields that most rows have; of equally many, the larger one. */
  static int usual(int[] sizes, int rows) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int i = 0; i < rows; i++) {
      counts.merge(sizes[i], 1, Integer::sum);
    }
    int usual = 1;
    int times = 0;
    for (Map.Entry<Integer, Integer> size : counts.entrySet()) {
      boolean more = size.getValue() > times;
      if (more || (size.getValue() == times && size.getKey() > usual)) {
        usual = size.getKey();
        times = size.getValue();
      }
    }
    return usual;
  }

  /** Leading rows with fewer fields than half of what is usual: a title, a count of records. */
  int preamble() {
    for (int i = 0; i < Math.min(rows.size(), MAX_PREAMBLE); i++) {
      if (!expected.isEmpty() && names(rows.get(i)).containsAll(expected)) {
        return i;
      }
    }
    int usual = usual(rows.stream().mapToInt(List::size).toArray(), rows.size());
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

  /** Whether the first row after the preamble names the columns. */
  boolean isHeader() {
    int preamble = preamble();
    if (preamble >= rows.size()) {
      return false;
    }
    List<String> first = rows.get(preamble);
    if (!expected.isEmpty()) {
      Set<String> names = names(first);
      return expected.stream().anyMatch(names::contains);
    }
    boolean names = first.stream().noneMatch(HeaderDetector::isValue);
    boolean told = hasNamedColumn(first, rows.subList(preamble + 1, rows.size()));
    boolean distinct = names(first).size() == first.size();
    boolean header = names && (told || distinct);
    if (names != told && rows.size() > preamble + 1) {
      notes.add(header ? MIGHT_BE_VALUES : MIGHT_BE_HEADER);
    }
    return header;
  }

  /** Whether there is a column whose first field is a name and whose other fields are values. */
  private static boolean hasNamedColumn(List<String> first, List<List<String>> rest) {
    for (int i = 0; i < first.size(); i++) {
      if (!first.get(i).isBlank() && !isValue(first.get(i)) && areValues(rest, i)) {
        return true;
      }
    }
    return false;
  }

  private static boolean areValues(List<List<String>> rows, int column) {
    int filled = 0;
    int values = 0;
    for (List<String> row : rows) {
      if (column < row.size() && !row.get(column).isBlank()) {
        filled++;
        values += isValue(row.get(column)) ? 1 : 0;
      }
    }
    return filled > 0 && values >= NEARLY_ALL * filled;
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
