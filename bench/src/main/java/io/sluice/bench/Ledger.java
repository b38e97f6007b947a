package io.sluice.bench;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;

/** What the ledger says about the run. */
final class Ledger {
  private final DataSource database;

  Ledger(DataSource database) {
    this.database = database;
  }

  long closed() throws SQLException {
    return number("select count(*) from sluice.file where closed_at is not null");
  }

  /** Paths at the source of which at least one version has its end. */
  long closedPaths() throws SQLException {
    return number(
        """
        select count(distinct path) from sluice.file where parent is null and closed_at is not null
        """);
  }

  long inFlight() throws SQLException {
    return number("select count(*) from sluice.work");
  }

  /** How long no file has closed is judged by this: it grows with every step of every file. */
  String position() throws SQLException {
    return strings(
            """
            select concat_ws(' ', stage, state, count(*), sum(chunks_done), sum(handling))
            from sluice.work group by stage, state order by stage, state
            """)
        .toString();
  }

  Map<String, Long> states() throws SQLException {
    Map<String, Long> states = new TreeMap<>();
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("select state, count(*) from sluice.file_status group by 1")) {
      while (rows.next()) {
        states.put(rows.getString(1), rows.getLong(2));
      }
    }
    return states;
  }

  long number(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** The first column of each row. */
  List<String> strings(String sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }
}
