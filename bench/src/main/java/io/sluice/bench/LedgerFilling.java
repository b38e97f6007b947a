package io.sluice.bench;

import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import javax.sql.DataSource;

/** Puts closed files of the last days into the ledger, of the feed that is measured. */
final class LedgerFilling {
  private static final int DAYS = 28;
  private static final String OWN = "path like '/filled/%'";
  private static final String FILES =
      """
      insert into sluice.file (id, day, path_key, feed, host, path, size, mtime, period, checksum, bulk, found_at,
                               state, stage, closed_at, handling, read, loaded, rows, element, first_time, last_time)
      select ((day - date '2000-01-01')::bigint << 40) | nextval('sluice.file_seq'), day, md5(path)::uuid, 'bench', '',
             path, 6000, at, at, sha256(path::bytea), false, at, 'loaded', 'load', at + interval '60 s', 1, 960, 960,
             48, 'gNB-' || i %% 1000, at, at
      from (select date '%1$s' as day, i, '/filled/%1$s/A' || i || '.xml.gz' as path,
                   timestamptz '%1$s 00:00Z' + (i - 1) * interval '23 hours' / 50000 as at
            from generate_series(%2$d, %3$d) i) files
      """;

  private final DataSource database;
  private int perDay;

  LedgerFilling(DataSource database) {
    this.database = database;
  }

  /** Adds files until about so many have been put in. */
  void fillTo(int files) throws SQLException {
    LocalDate yesterday = LocalDate.now(ZoneOffset.UTC).minusDays(1);
    List<LocalDate> days = yesterday.minusDays(DAYS).datesUntil(yesterday).toList();
    new LedgerPartitions(new Transactions(database)).ensure(days);
    int wanted = files / DAYS;
    for (LocalDate day : days) {
      execute(FILES.formatted(day, perDay + 1, wanted));
    }
    perDay = wanted;
    execute("vacuum analyze sluice.file");
    execute("checkpoint");
  }

  /** Takes out the closed files that were not put in. */
  void forgetOthers() throws SQLException {
    execute("delete from sluice.file where closed_at is not null and not " + OWN);
    execute("vacuum analyze sluice.file");
  }

  /** Takes out what was put in. */
  void empty() throws SQLException {
    execute("delete from sluice.file where " + OWN);
    execute("vacuum full analyze sluice.file");
    perDay = 0;
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
