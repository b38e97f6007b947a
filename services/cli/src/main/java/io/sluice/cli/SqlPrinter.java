package io.sluice.cli;

import java.io.PrintWriter;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Prints rows as they come; only a table waits for some of them, to see how wide they are. */
final class SqlPrinter {

  private static final Set<Integer> NUMBERS =
      Set.of(
          Types.BIGINT,
          Types.INTEGER,
          Types.SMALLINT,
          Types.DOUBLE,
          Types.REAL,
          Types.NUMERIC,
          Types.DECIMAL);
  private static final int TABLE_ROWS = 1000;

  private final Session session;
  private final SqlCommand.Shape shape;

  SqlPrinter(Session session, SqlCommand.Shape shape) {
    this.session = session;
    this.shape = shape;
  }

  void print(ResultSet rows) throws SQLException {
    switch (shape) {
      case TABLE -> printTables(rows);
      case CSV -> printCsv(rows);
      case JSON -> printJson(rows);
    }
    session.out().flush();
  }

  private void printTables(ResultSet rows) throws SQLException {
    ResultSetMetaData columns = rows.getMetaData();
    String[] headers = new String[columns.getColumnCount()];
    for (int i = 0; i < headers.length; i++) {
      boolean number = NUMBERS.contains(columns.getColumnType(i + 1));
      headers[i] = (number ? ">" : "") + columns.getColumnLabel(i + 1);
    }
    long count = 0;
    boolean more = rows.next();
    do {
      Table table = new Table(headers);
      for (int i = 0; more && i < TABLE_ROWS; i++) {
        table.row((Object[]) texts(rows, headers.length));
        count++;
        more = rows.next();
      }
      table.print(session.out(), Integer.MAX_VALUE, session.terminal.interactive());
    } while (more);
    session.err().println("(" + count + (count == 1 ? " row)" : " rows)"));
  }

  private static String[] texts(ResultSet rows, int count) throws SQLException {
    String[] texts = new String[count];
    for (int i = 0; i < count; i++) {
      texts[i] = rows.getString(i + 1);
    }
    return texts;
  }

  private void printCsv(ResultSet rows) throws SQLException {
    ResultSetMetaData columns = rows.getMetaData();
    String[] labels = new String[columns.getColumnCount()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = columns.getColumnLabel(i + 1);
    }
    csvLine(labels);
    while (rows.next()) {
      csvLine(texts(rows, labels.length));
    }
  }

  /** RFC 4180; NULL is nothing, an empty text is "". */
  private void csvLine(String[] cells) {
    PrintWriter out = session.out();
    for (int i = 0; i < cells.length; i++) {
      String cell = cells[i];
      out.print(i == 0 ? "" : ",");
      if (cell != null) {
        boolean plain = !cell.isEmpty() && cell.chars().noneMatch(c -> ",\"\r\n".indexOf(c) >= 0);
        out.print(plain ? cell : '"' + cell.replace("\"", "\"\"") + '"');
      }
    }
    out.print("\r\n");
  }

  private void printJson(ResultSet rows) throws SQLException {
    ResultSetMetaData columns = rows.getMetaData();
    List<String> labels = new ArrayList<>();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      labels.add(columns.getColumnLabel(i));
    }
    String separator = "[";
    while (rows.next()) {
      session.out().print(separator + "\n" + Json.text(row(rows, labels)));
      separator = ",";
    }
    session.out().println(separator.equals("[") ? "[]" : "\n]");
  }

  private static Map<String, Object> row(ResultSet rows, List<String> labels) throws SQLException {
    Map<String, Object> row = new LinkedHashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      Object value = rows.getObject(i + 1);
      boolean plain = value instanceof Number || value instanceof Boolean;
      row.put(labels.get(i), plain ? value : rows.getString(i + 1));
    }
    return row;
  }
}
