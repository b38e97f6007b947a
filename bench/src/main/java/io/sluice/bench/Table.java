package io.sluice.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * A table of Markdown that reads well as text: the first column to the left, numbers to the right.
 */
final class Table {
  private final List<List<String>> lines = new ArrayList<>();

  Table(String... titles) {
    lines.add(List.of(titles));
  }

  Table(List<String> titles) {
    lines.add(List.copyOf(titles));
  }

  void add(String... cells) {
    add(List.of(cells));
  }

  void add(List<String> cells) {
    lines.add(List.copyOf(cells));
  }

  /** A number with as many places as it takes to tell it from its neighbours. */
  static String number(double value) {
    double size = Math.abs(value);
    int places = size >= 100 ? 0 : size >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%,." + places + "f", value);
  }

  void print(PrintStream out) {
    List<Integer> widths = new ArrayList<>();
    for (int column = 0; column < lines.get(0).size(); column++) {
      int at = column;
      widths.add(lines.stream().mapToInt(line -> line.get(at).length()).max().orElse(0));
    }
    for (int i = 0; i < lines.size(); i++) {
      out.println(row(lines.get(i), widths));
      if (i == 0) {
        out.println(rule(widths));
      }
    }
    out.println();
  }

  private static String row(List<String> cells, List<Integer> widths) {
    StringBuilder row = new StringBuilder("|");
    for (int i = 0; i < cells.size(); i++) {
      String format = " %" + (i == 0 ? "-" : "") + widths.get(i) + "s |";
      row.append(String.format(Locale.ROOT, format, cells.get(i)));
    }
    return row.toString();
  }

  private static String rule(List<Integer> widths) {
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < widths.size(); i++) {
      String dashes = String.join("", Collections.nCopies(widths.get(i) + 1, "-"));
      cells.add(i == 0 ? dashes + "-" : dashes + ":");
    }
    return "|" + String.join("|", cells) + "|";
  }
}
