package io.sluice.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/**
 * Aligned columns, fitted to the terminal by shortening the widest. A header that begins with
 * {@code >} aligns its column to the right.
 */
final class Table {

  private static final String GAP = "  ";
  private static final int NARROWEST = 8;

  private final String[] headers;
  private final boolean[] right;
  private final List<String[]> rows = new ArrayList<>();

  Table(String... headers) {
    this.headers = new String[headers.length];
    this.right = new boolean[headers.length];
    for (int i = 0; i < headers.length; i++) {
      right[i] = headers[i].startsWith(">");
      this.headers[i] = right[i] ? headers[i].substring(1) : headers[i];
    }
  }

  Table row(Object... cells) {
    rows.add(
        Arrays.stream(cells)
            .map(
                cell -> cell == null ? "" : cell.toString().replaceAll("\\s*[\\r\\n\\t]+\\s*", " "))
            .toArray(String[]::new));
    return this;
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  void print(PrintWriter out, int columns, boolean colour) {
    int[] widths = fitted(columns);
    String header = line(headers, widths);
    out.println(colour ? Ansi.AUTO.string("@|bold " + header + "|@") : header);
    rows.forEach(row -> out.println(line(row, widths)));
    out.flush();
  }

  private int[] fitted(int columns) {
    int[] widths = new int[headers.length];
    for (int i = 0; i < widths.length; i++) {
      int column = i;
      widths[i] =
          Math.max(
              headers[i].length(),
              rows.stream().mapToInt(row -> row[column].length()).max().orElse(0));
    }
    long total =
        Arrays.stream(widths).asLongStream().sum() + (long) GAP.length() * (widths.length - 1);
    for (long over = total - columns; over > 0; over--) {
      int widest = widest(widths);
      if (widest < 0) {
        return widths;
      }
      widths[widest]--;
    }
    return widths;
  }

  /** Numbers are never shortened. */
  private int widest(int[] widths) {
    int widest = -1;
    for (int i = 0; i < widths.length; i++) {
      if (!right[i] && widths[i] > NARROWEST && (widest < 0 || widths[i] > widths[widest])) {
        widest = i;
      }
    }
    return widest;
  }

  private String line(String[] cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = shortened(cells[i], widths[i]);
      String pad = " ".repeat(widths[i] - cell.length());
      line.append(i == 0 ? "" : GAP).append(right[i] ? pad + cell : cell + pad);
    }
    return line.toString().stripTrailing();
  }

  private static String shortened(String cell, int width) {
    return cell.length() <= width ? cell : cell.substring(0, width - 1) + "…";
  }
}
