package io.sluice.bench;

import io.sluice.simulator.Expected;
import io.sluice.simulator.WrittenFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;

/** Judges a finished run by SQL. */
final class Verdict {
  private static final Set<String> CLOSED =
      Set.of("loaded", "settled", "rejected", "duplicate", "replaced");
  private static final String LATEST =
      """
      select distinct on (path) path, size, state, mtime from sluice.file_status
      where parent is null order by path, mtime desc, id desc
      """;

  private record Latest(long size, String state, Instant modified) {
    boolean is(WrittenFile file) {
      return size == file.size() && modified.equals(file.modified().truncatedTo(ChronoUnit.MICROS));
    }
  }

  private final DataSource database;
  private final Ledger ledger;
  private final Checks checks = new Checks();

  Verdict(DataSource database) {
    this.database = database;
    this.ledger = new Ledger(database);
  }

  Checks judge(Expected expected, List<WrittenFile> files) throws SQLException {
    try (Connection connection = database.getConnection()) {
      Comparison.of(expected, WarehouseSums.read(connection), checks);
    }
    files(files);
    ledger();
    return checks;
  }

  private void files(List<WrittenFile> files) throws SQLException {
    Map<Path, Latest> found = latest();
    long missing = 0;
    long wrong = 0;
    for (WrittenFile file : files) {
      Latest latest = found.get(file.path().toAbsolutePath().normalize());
      if (latest == null || !latest.is(file)) {
        missing++;
        checks.difference("not in the ledger as it is now: " + file.path().getFileName());
      } else if (!isRight(file, latest.state())) {
        wrong++;
        checks.difference(file.path().getFileName() + " is " + latest.state());
      }
    }
    checks.equal("files of " + files.size() + " that the ledger does not have", 0L, missing);
    checks.equal("files with the wrong end", 0L, wrong);
  }

  private static boolean isRight(WrittenFile file, String state) {
    return file.readable() ? CLOSED.contains(state) : state.equals("rejected");
  }

  private Map<Path, Latest> latest() throws SQLException {
    Map<Path, Latest> found = new HashMap<>();
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(LATEST)) {
      while (rows.next()) {
        found.put(Path.of(rows.getString(1)), latest(rows));
      }
    }
    return found;
  }

  private static Latest latest(ResultSet row) throws SQLException {
    Instant modified = row.getObject(4, OffsetDateTime.class).toInstant();
    return new Latest(row.getLong(2), row.getString(3), modified);
  }

  private void ledger() throws SQLException {
    checks.equal("files still in flight", 0L, ledger.inFlight());
    checks.equal(
        "files without an end",
        0L,
        ledger.number("select count(*) from sluice.file where closed_at is null"));
    checks.equal(
        "files whose cells do not add up",
        0L,
        ledger.number("select count(*) from sluice.reconciliation where not exact"));
    checks.equal("dead files and chunks", 0L, ledger.number("select count(*) from sluice.dead"));
    checks.equal("batches left behind", 0L, ledger.number("select count(*) from sluice.batch"));
  }
}
