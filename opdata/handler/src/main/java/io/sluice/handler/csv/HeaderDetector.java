package io.sluice.handler.csv;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Finds in the first rows of a file what stands before its header, and whether it has one. */
final class HeaderDetector {

  private static final int MAX_PREAMBLE = 50;

  private static final String MIGHT_BE_VALUES =
      "the first row is taken as the header, though nothing distinguishes it from the others; set"
          + " header: true or false in format.csv";
  private static final String MIGHT_BE_HEADER =
      "the first row is taken as values, though it might be the header; set header: true or false"
          + " in format.csv";

  private static final Pattern VALUE = Pattern.compile("[-+.0-9][\\P{L}TZe]*");

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
  static int usual(IntStream sizes) {
    Map<Integer, Long> counts =
        sizes.boxed().collect(Collectors.groupingBy(size -> size, Collectors.counting()));
    return counts.entrySet().stream()
        .max(Entry.<Integer, Long>comparingByValue().thenComparing(Entry.comparingByKey()))
        .map(Entry::getKey)
        .orElse(1);
  }

  /** Leading rows with fewer fields than half of what is usual: a title, a count of records. */
  int preamble() {
    for (int i = 0; i < Math.min(rows.size(), MAX_PREAMBLE); i++) {
      if (!expected.isEmpty() && names(rows.get(i)).containsAll(expected)) {
        return i;
      }
    }
    int usual = usual(rows.stream().mapToInt(List::size));
    int lines = 0;
    while (lines < Math.min(rows.size(), MAX_PREAMBLE)
        && usual > 2
        && rows.get(lines).size() * 2 <= usual) {
      lines++;
    }
    return lines;
  }

  private static Set<String> names(List<String> row) {
    return row.stream()
        .map(name -> name.strip().toLowerCase(Locale.ROOT))
        .collect(Collectors.toSet());
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
    return IntStream.range(0, first.size())
        .filter(i -> !first.get(i).isBlank() && !isValue(first.get(i)))
        .anyMatch(i -> areValues(rest, i));
  }

  private static boolean areValues(List<List<String>> rows, int column) {
    List<String> filled =
        rows.stream()
            .filter(row -> column < row.size() && !row.get(column).isBlank())
            .map(row -> row.get(column))
            .toList();
    long values = filled.stream().filter(HeaderDetector::isValue).count();
    return !filled.isEmpty() && values >= NEARLY_ALL * filled.size();
  }

  /** Digits where a name would have letters: a number, a date, an address. */
  private static boolean isValue(String text) {
    return VALUE.matcher(text.strip()).matches();
  }
}
