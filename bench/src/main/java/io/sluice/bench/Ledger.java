package io.sluice.bench;

import io.sluice.simulator.WrittenFile;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /** Whether each of these files, as it lies there now, is in the ledger and has its end. */
  boolean hasClosed(List<WrittenFile> files) throws SQLException {
    Set<String> closed =
        new HashSet<>(
            strings(
                """
                select path || ' ' || (extract(epoch from mtime) * 1000000)::bigint
                from sluice.file where parent is null and closed_at is not null
                """));
    return files.stream().allMatch(file -> closed.contains(nameAndTime(file)));
  }

  private static String nameAndTime(WrittenFile file) {
    return file.path().toAbsolutePath().normalize()
        + " "
        + ChronoUnit.MICROS.between(Instant.EPOCH, file.modified());
  }

  long inFlight() throws SQLException {
    return number("select count(*) from sluice.work");
  }

  /** How long no file has closed is judged by this: it grows with every step of every file. */
  String position() throws SQLException {
    return strings(
            """
            (select concat_ws(' ', stage, state, count(*), sum(handling), sum(attempts))
             from sluice.work group by stage, state order by stage, state)
            union all
            (select concat_ws(' ', stage, count(*), sum(chunks_done), sum(attempts))
             from sluice.batch group by stage order by stage)
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
