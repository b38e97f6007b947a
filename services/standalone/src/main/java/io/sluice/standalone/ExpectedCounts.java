package io.sluice.standalone;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A tab-separated table of counts: a heading, then a line a file whose first column is its path.
 * Lines with fewer columns than the heading are files that hold no measurements.
 */
final class ExpectedCounts {

  private final Map<String, Map<String, String>> byFile = new LinkedHashMap<>();

  private ExpectedCounts() {}

  static ExpectedCounts read(Path table) throws IOException {
    ExpectedCounts expected = new ExpectedCounts();
    List<String> lines = Files.readAllLines(table);
    String[] heading = lines.get(0).split("\t", -1);
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split("\t", -1);
      if (fields.length == heading.length) {
        Map<String, String> counts = new LinkedHashMap<>();
        for (int i = 1; i < heading.length; i++) {
          counts.put(heading[i], fields[i]);
        }
        expected.byFile.put(fields[0], counts);
      }
    }
    return expected;
  }

  boolean knows(String file) {
    return byFile.containsKey(file);
  }

  /** Differences as {@code numeric 12 not 13}; empty when all that can be compared agrees. */
  List<String> differences(String file, Map<String, String> actual) {
    List<String> differences = new ArrayList<>();
    byFile
        .get(file)
        .forEach(
            (name, expected) -> {
              String value = actual.get(name);
              if (value != null && !equal(expected, value)) {
                differences.add(name + " " + value + " not " + expected);
              }
            });
    return differences;
  }

  private static boolean equal(String expected, String actual) {
    if (expected.equals(actual)) {
      return true;
    }
    try {
      return new BigDecimal(expected).compareTo(new BigDecimal(actual)) == 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
