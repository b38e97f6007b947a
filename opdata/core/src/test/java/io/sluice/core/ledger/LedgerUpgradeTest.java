package io.sluice.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.testkit.EmbeddedDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** A ledger of an earlier release, with days of its own, takes what this one writes. */
class LedgerUpgradeTest {

  private final EmbeddedDatabase.Database database = EmbeddedDatabase.shared().createDatabase();
  private final Transactions transactions = new Transactions(database.dataSource());

  private void execute(String sql) {
    transactions.ledger(
        c -> {
          Sql.execute(c, sql);
          return null;
        });
  }

  @Test
  void takesSkippedFiles_andKeepsWhatItHad() {
    Flyway.configure()
        .dataSource(database.dataSource())
        .schemas("sluice")
        .defaultSchema("sluice")
        .table("migration")
        .locations("classpath:io/sluice/core/ledger/migration")
        .target("2")
        .load()
        .migrate();
    LocalDate today = LocalDate.now(ZoneOffset.UTC);
    new LedgerPartitions(transactions).ensure(List.of(today));
    execute(
        """
        insert into sluice.file (id, day, path_key, feed, host, path, size, mtime, bulk, state, rows, tables)
        values (%d::bigint << 40 | 1, '%s', gen_random_uuid(), 'f', 'h', '/a', 1, now(), false, 'loaded', 5, '{1}')
        """
            .formatted(today.toEpochDay() - LocalDate.of(2000, 1, 1).toEpochDay(), today));

    LedgerSchema.migrate(database.dataSource());
    execute("update sluice.file set state = 'skipped' where path = '/a'");
    execute("update sluice.file set state = 'loaded' where path = '/a'");
    FileIntake intake =
        new FileIntake(
            transactions,
            new LedgerPartitions(transactions),
            Clock.systemUTC(),
            Duration.ofDays(30));
    FoundFile old = new FoundFile("h", "/old", 1, Instant.now().minus(Duration.ofDays(31)), null);
    intake.offer("f", List.of(old), f -> false, false);

    assertThat(
            transactions.<List<String>>ledger(
                c ->
                    Sql.strings(
                        c, "select path || ' ' || state from sluice.file_status order by path")))
        .containsExactly("/a loaded", "/old skipped");
  }
}
